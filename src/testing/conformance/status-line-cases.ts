// The first line of an answer (RFC 9112, 2.2 and 4), and what is no answer at all.

import { error, head, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WireCase } from './wire-case.ts';

const ok = whole('ok');
/** An answer with this first line, and a body. */
const after = (line: string): string => lines(line, 'content-length: 2') + 'ok';

const versions = ['2', '1.2', '3', '11.1', '1.10', '01.1', '1.', '1', '1,1', ''];
const statuses = ['20', '2', '2000', '20x', '2 0', '-20', '+20', '2.0', '200OK', '0x200', '\xb2\xb0\xb0'];
const taken = undici('takes_other_protocols', whole('ok', { kept: false }));
const anyReason = undici('takes_any_reason', ok);

export const statusLineCases: Theme = {
  name: 'status line',
  cases: [
    takes('with a reason', after('HTTP/1.1 200 OK'), ok),
    takes('with a space and no reason', after('HTTP/1.1 200 '), ok),
    takes('without a space and a reason, as many send it', after('HTTP/1.1 200'), ok),
    takes('with a reason of many words', after('HTTP/1.1 200 It  went\twell: 5, really!'), ok),
    takes('with a reason beyond ASCII', after('HTTP/1.1 200 D\xe9j\xe0 vu'), ok),
    takes('with a reason that reads like a header', after('HTTP/1.1 200 content-length: 9'), ok),
    takes('with a reason that reads like another', after('HTTP/1.1 200 HTTP/1.1 404'), ok),
    takes('of HTTP/1.0', after('HTTP/1.0 200 OK'), whole('ok', { kept: false })),
    ...[200, 201, 299, 302, 404, 500, 599, 600, 799, 999].map((status) =>
      takes(`with status ${status}`, after(`HTTP/1.1 ${status} Hm`), whole('ok', { status })),
    ),
    ...versions.map((version) => refuses(`version "${version}"`, after(`HTTP/${version} 200 OK`), 'bad_version')),
    ...['2.0', '0.9'].map((version) =>
      refuses(`version "${version}"`, after(`HTTP/${version} 200 OK`), 'bad_version', taken),
    ),
    ...['099', '000'].map((status) =>
      refuses(
        `status "${status}"`,
        after(`HTTP/1.1 ${status} OK`),
        'bad_status',
        undici('stumbles', error('connection_reset')),
      ),
    ),
    ...statuses.map((status) => refuses(`status "${status}"`, after(`HTTP/1.1 ${status} OK`), 'bad_status')),
    refuses('two spaces before the status', after('HTTP/1.1  200 OK'), 'bad_status_line'),
    refuses('a tab before the status', after('HTTP/1.1\t200 OK'), 'bad_status_line'),
    refuses('a tab behind the status', after('HTTP/1.1 200\tOK'), 'bad_status'),
    refuses('no space before the status', after('HTTP/1.1200 OK'), 'bad_version'),
    refuses('nothing behind the version', after('HTTP/1.1'), 'bad_status_line'),
    refuses('a space and nothing behind the version', after('HTTP/1.1 '), 'bad_status_line'),
    refuses('the name in lower case', after('http/1.1 200 OK'), 'bad_status_line'),
    refuses('a space in the name', after('HTTP /1.1 200 OK'), 'bad_status_line'),
    refuses('a letter missing', after('HTP/1.1 200 OK'), 'bad_status_line'),
    refuses('a letter too many', after('HTTPS/1.1 200 OK'), 'bad_status_line'),
    refuses('a space before', after(' HTTP/1.1 200 OK'), 'bad_status_line'),
    refuses('another protocol of the family: ICY', after('ICY 200 OK'), 'bad_status_line'),
    refuses('another protocol of the family: RTSP', after('RTSP/1.0 200 OK'), 'bad_status_line', taken),
    refuses('another protocol of the family: ICE', after('ICE/1.0 200 OK'), 'bad_status_line', taken),
    refuses('a control character in the reason', after('HTTP/1.1 200 O\x07K'), 'bad_status_line', anyReason),
    refuses('DEL in the reason', after('HTTP/1.1 200 O\x7fK'), 'bad_status_line', anyReason),
    refuses('NUL in the reason', after('HTTP/1.1 200 O\0K'), 'nul_byte', anyReason),
    refuses('a bare CR behind the reason', after('HTTP/1.1 200 OK\rcontent-length: 9'), 'bare_cr'),
    refuses('two CRs behind the reason', after('HTTP/1.1 200 OK\r'), 'bare_cr'),
    refuses('a bare LF behind the reason', head('x: 1').replace('\r\n', '\n'), 'bare_lf'),
    ...emptyLines(),
    ...noAnswers(),
  ],
};

/** RFC 9112, 2.2 lets servers skip empty lines before a request; of answers it says nothing of the kind. */
function emptyLines(): WireCase[] {
  const skipped = undici('skips_empty_lines', ok);
  return [
    refuses('an empty line before', `\r\n${after('HTTP/1.1 200 OK')}`, 'bad_status_line', skipped),
    refuses('three empty lines before', `\r\n\r\n\r\n${after('HTTP/1.1 200 OK')}`, 'bad_status_line', skipped),
    refuses('a bare LF before', `\n${after('HTTP/1.1 200 OK')}`, 'bare_lf', skipped),
    refuses('a bare CR before', `\r${after('HTTP/1.1 200 OK')}`, 'bare_cr', skipped),
  ];
}

function noAnswers(): WireCase[] {
  return [
    refuses('a page without a head, as in HTTP/0.9', '<html>hello</html>', 'bad_status_line', { ending: 'end' }),
    refuses('a request', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n', 'bad_status_line'),
    refuses('words', 'what is this\r\n\r\n', 'bad_status_line'),
    refuses('the greeting of SSH', 'SSH-2.0-OpenSSH_9.6\r\n', 'bad_status_line'),
    refuses('the greeting of SMTP', '220 mail.example ESMTP\r\n', 'bad_status_line'),
    refuses('the reply of a database', '-ERR unknown command\r\n', 'bad_status_line'),
    refuses('an alert of TLS', '\x15\x03\x01\0\x02\x02\x46', 'bad_status_line'),
    refuses('a frame of HTTP/2', '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64', 'nul_byte'),
    refuses('a header first', 'content-length: 2\r\n\r\nok', 'bad_status_line'),
    refuses('a body first', `ok${head('content-length: 0')}`, 'bad_status_line'),
    refuses('nothing', '', 'cut_head', { ending: 'end' }),
  ];
}
