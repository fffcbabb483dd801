// Interim answers (RFC 9110, 15.2): any number, within reason, then the answer; and the one that is none,
// a switch to another protocol, which nobody asks for here.

import { error, head, lines, refuses, takes, undici, whole } from './wire-case.ts';
import type { Theme, WholeAnswer, WireCase } from './wire-case.ts';

const interim = (status: number, ...headers: readonly string[]): string => lines(`HTTP/1.1 ${status} Wait`, ...headers);
const final = `${head('content-length: 5')}hello`;
const after = (...statuses: readonly number[]): WholeAnswer => whole('hello', { interim: statuses });
const no = error('protocol_error');
const refused = undici('refuses_continue', no);

function interims(): WireCase[] {
  return [
    takes('100 that nobody asked for', interim(100) + final, after(100), refused),
    takes('100 twice', interim(100) + interim(100) + final, after(100, 100), refused),
    takes('100 and 103', interim(100) + interim(103) + final, after(100, 103), refused),
    takes('102', interim(102) + final, after(102)),
    takes('103 with headers', interim(103, 'link: </a>; rel=preload') + final, after(103)),
    takes('102 and 103', interim(102) + interim(103) + final, after(102, 103)),
    takes('a status that nobody knows', interim(199) + final, after(199)),
    takes(
      'before an answer in chunks',
      `${interim(103)}${head('transfer-encoding: chunked')}0\r\n\r\n`,
      whole('', { interim: [103] }),
    ),
    takes(
      'before an answer without a body',
      interim(103) + lines('HTTP/1.1 204 None'),
      whole('', { status: 204, interim: [103] }),
    ),
    takes('before an answer to HEAD', interim(103) + head('content-length: 5'), whole('', { interim: [103] }), {
      method: 'HEAD',
    }),
    takes(
      'that says the connection closes, which is for the answer to say',
      interim(103, 'connection: close') + final,
      after(103),
      undici('closes_on_interim', no),
    ),
    takes('with a length of 0', interim(103, 'content-length: 0') + final, after(103)),
    takes('a hundred of them', interim(103).repeat(100) + final, after(...Array.from({ length: 100 }, () => 103))),
    refuses(
      'a hundred and one of them',
      interim(103).repeat(101) + final,
      'too_many_interim',
      undici('takes_any_number', after(...Array.from({ length: 101 }, () => 103))),
    ),
    refuses(
      'with a length',
      interim(103, 'content-length: 5') + final,
      'framing_of_nothing',
      undici('ignores_framing', after(103)),
    ),
    refuses(
      'in chunks',
      interim(103, 'transfer-encoding: chunked') + final,
      'framing_of_nothing',
      undici('ignores_framing', after(103)),
    ),
    refuses('with a body', `${interim(103)}hello${final}`, 'bad_status_line'),
    refuses('with a bad header', interim(103, 'x : 1') + final, 'space_before_colon'),
    refuses('with a bare LF', interim(103, 'x: 1').replace('1\r\n', '1\n') + final, 'bare_lf'),
    refuses('and then no answer', `${interim(103)}what is this\r\n\r\n`, 'bad_status_line'),
  ];
}

function upgrades(): WireCase[] {
  const change = ['connection: upgrade', 'upgrade: websocket'];
  return [
    refuses('101', `${lines('HTTP/1.1 101 Switching Protocols', ...change)}hello`, 'upgraded'),
    refuses(
      '101 to HTTP/2',
      lines('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: h2c'),
      'upgraded',
    ),
    refuses(
      '101 that does not say to what',
      interim(101) + final,
      'upgraded',
      undici('stumbles', error('connection_reset')),
    ),
    refuses('101 with a length', lines('HTTP/1.1 101 Switching', ...change, 'content-length: 5'), 'framing_of_nothing'),
    refuses('101 behind 103', interim(103) + lines('HTTP/1.1 101 Switching', ...change), 'upgraded'),
    takes(
      '200 that offers another protocol',
      `${head('upgrade: h2c', 'connection: upgrade', 'content-length: 5')}hello`,
      whole('hello'),
    ),
    takes(
      '426 that wants another protocol',
      lines('HTTP/1.1 426 Upgrade Required', ...change, 'content-length: 0'),
      whole('', { status: 426 }),
    ),
  ];
}

export const interimCases: Theme = { name: 'interim answers', cases: interims() };
export const upgradeCases: Theme = { name: 'upgrades', cases: upgrades() };
