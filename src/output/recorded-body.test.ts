import { describe, expect, test } from 'vitest';
import { sampleAnswer } from '../testing/sample-result.ts';
import { BodyRecorder } from './recorded-body.ts';

const auto = new BodyRecorder('auto');

function recorded(body: string | Buffer, contentType: string | null): string {
  const form = auto.record(sampleAnswer(body, contentType), null);
  return 'text' in form ? `${form.kind} ${form.text}` : form.kind;
}

const latin1 = (content: string): Buffer => Buffer.from(content, 'latin1');

describe('JSON', () => {
  test('stands digit for digit as received', () => {
    const body = '{"a":1.0,"b":12345678901234567890,"c":1E400,"d":-0.0,"e":1e-7,"a":2}';
    expect(recorded(body, 'application/json')).toBe(`json ${body}`);
  });

  test('is brought onto one line, and its strings are left alone', () => {
    expect(recorded('{\r\n\t"a": "x\\n  y",\n\n  "b" :\r[\n]\n}\n', 'application/json')).toBe(
      'json {"a": "x\\n  y","b" :[]}',
    );
    expect(recorded('"\u2028\u2029"', 'application/json')).toBe('json "\u2028\u2029"');
  });

  test('is told by the content type', () => {
    for (const type of [
      'application/json',
      'Application/JSON ; charset=UTF-8',
      'application/problem+json',
      'text/json',
      null,
    ])
      expect(recorded('[1]', type)).toBe('json [1]');
    expect(recorded('[1]', 'text/plain')).toBe('text [1]');
    expect(recorded('[1]', 'application/octet-stream')).toBe('base64 WzFd');
  });

  test('that is none is text', () => {
    expect(recorded('{"a":', 'application/json')).toBe('text {"a":');
    expect(recorded('pong', null)).toBe('text pong');
    expect(recorded('{"a":"x\ny"}', 'application/json')).toBe('text {"a":"x\ny"}');
    expect(recorded(Buffer.from([0x7b, 0xff]), 'application/json')).toBe('base64 e/8=');
    expect(recorded(Buffer.from([0x7b, 0xff]), null)).toBe('base64 e/8=');
  });

  test('is UTF-8 whatever it says, unless it is not', () => {
    expect(recorded('"é"', 'application/json; charset=iso-8859-1')).toBe('json "é"');
    expect(recorded(latin1('"é"'), 'application/json; charset=iso-8859-1')).toBe('json "é"');
    expect(recorded('"é"', 'application/json; charset=none-such')).toBe('json "é"');
    expect(recorded(Buffer.from('[1]', 'utf16le'), 'application/json; charset=utf-16le')).toBe('json [1]');
    expect(recorded('\ufeff[1]', 'application/json')).toBe('json [1]');
  });

  test('may be nested as deeply as it likes', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(recorded(deep, 'application/json')).toBe(`json ${deep}`);
  });
});

describe('text', () => {
  test.each([
    ['text/plain', Buffer.from('é'), 'text é'],
    ['text/plain; charset=utf-8', Buffer.from('a\ufffdb'), 'text a\ufffdb'],
    ['text/plain;charset=ISO-8859-1', latin1('é'), 'text é'],
    ['text/html; a=b; charset="Shift_JIS"', Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]), 'text テスト'],
    ['text/plain; charset=koi8-r', Buffer.from([0xf0, 0xd2]), 'text Пр'],
    ['text/plain; charset=utf-16be', Buffer.from([0, 0x41]), 'text A'],
    ['text/plain; charset=utf-16', Buffer.from('A', 'utf16le'), 'text A'],
    ['text/plain; charset=iso-8859-1', Buffer.from('\ufeffé'), 'text é'],
    ['text/plain', Buffer.from('\ufeffA', 'utf16le'), 'text A'],
    ['text/plain', Buffer.from([0xfe, 0xff, 0, 0x41]), 'text A'],
    ['application/xml', Buffer.from('<a/>'), 'text <a/>'],
    ['image/svg+xml', Buffer.from('<a/>'), 'text <a/>'],
    ['application/javascript', Buffer.from('a()'), 'text a()'],
    ['application/x-www-form-urlencoded', Buffer.from('a=b'), 'text a=b'],
    ['text/plain', latin1('é'), 'base64 6Q=='],
    ['text/plain; charset=utf-16le', Buffer.from([0, 0xd8]), 'base64 ANg='],
    ['text/plain; charset=none-such', Buffer.from('abc'), 'base64 YWJj'],
    ['image/png', Buffer.from([0x89, 0x50]), 'base64 iVA='],
  ])('%s %o', (contentType, body, form) => {
    expect(recorded(body, contentType)).toBe(form);
  });

  test('is decoded after bytes that were not valid', () => {
    expect(recorded(Buffer.from([0x83]), 'text/plain; charset=shift_jis')).toBe('base64 gw==');
    expect(recorded('A', 'text/plain; charset=shift_jis')).toBe('text A');
  });
});

test('the mode text always gives text', () => {
  const texts = new BodyRecorder('text');
  const textOf = (body: Buffer, type: string): unknown => texts.record(sampleAnswer(body, type), null);
  expect(textOf(Buffer.from('{"a":1}'), 'application/json')).toEqual({ kind: 'text', text: '{"a":1}' });
  expect(textOf(Buffer.from([0x41, 0xff]), 'image/png')).toEqual({ kind: 'text', text: 'A\ufffd' });
  expect(textOf(Buffer.from([0x41, 0x83]), 'text/plain; charset=shift_jis')).toEqual({ kind: 'text', text: 'A\ufffd' });
  expect(textOf(Buffer.from('é'), 'text/plain; charset=none-such')).toEqual({ kind: 'text', text: 'é' });
});

test('an empty body is none in every mode', () => {
  for (const mode of ['auto', 'text', 'base64', 'none', 'hash', 'file'] as const)
    expect(new BodyRecorder(mode).record(sampleAnswer('', null), null)).toEqual({ kind: 'none' });
});

test('a body that no string may hold is recorded as its hash', () => {
  const body = Buffer.alloc(80 * 1024 * 1024);
  expect(auto.record(sampleAnswer(body, 'text/plain'), null)).toMatchObject({ kind: 'hash', bytes: body.length });
});

/** The same body but for one bit of the byte at `at`. */
function other(body: Buffer, at: number): Buffer {
  const changed = Buffer.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe('a body like the one before', () => {
  test('is told apart by any byte', () => {
    const body = Buffer.from('{"id": "7f3a", "note": "all is well"}');
    const recorder = new BodyRecorder('text');
    const textOf = (bytes: Buffer): unknown => recorder.record(sampleAnswer(bytes, 'text/plain'), null);
    for (let at = 0; at < body.length; at++) {
      expect(textOf(body)).toEqual({ kind: 'text', text: body.toString() });
      expect(textOf(other(body, at))).toEqual({ kind: 'text', text: other(body, at).toString() });
    }
  });

  test('has the form that its own content type gives it', () => {
    for (let round = 0; round < 2; round++) {
      expect(recorded('[1]', 'application/json')).toBe('json [1]');
      expect(recorded('[1]', 'text/plain')).toBe('text [1]');
      expect(recorded('[1]', 'image/png')).toBe('base64 WzFd');
      expect(recorded(latin1('"é"'), 'text/plain; charset=iso-8859-1')).toBe('text "é"');
      expect(recorded(latin1('"é"'), 'text/plain; charset=koi8-r')).toBe('text "И"');
      expect(recorded(latin1('"é"'), 'application/json')).toBe('base64 Iuki');
    }
  });

  test('is compared with what that one was, not with what has become of its bytes', () => {
    const body = Buffer.from('[1]');
    expect(recorded(body, 'application/json')).toBe('json [1]');
    body[1] = 0x32;
    expect(recorded('[2]', 'application/json')).toBe('json [2]');
    expect(recorded(body, 'application/json')).toBe('json [2]');
    expect(recorded('[1]', 'application/json')).toBe('json [1]');
  });

  test('is not taken for its own text in another encoding', () => {
    expect(recorded('"é"', 'application/json')).toBe('json "é"');
    expect(recorded(latin1('"Ã©"'), 'application/json')).toBe('json "é"');
    expect(recorded('"Ã©"', 'application/json')).toBe('json "Ã©"');
  });
});

test('JSON that is larger than what is kept, or nested deeper than is looked at, is JSON as well', () => {
  const large = JSON.stringify({ a: 'x'.repeat(20_000), b: [1.0] });
  expect(recorded(large, 'application/json')).toBe(`json ${large}`);
  expect(recorded(`${large}\n `, 'application/json')).toBe(`json ${large}`);
  expect(recorded(large.slice(0, -1), 'application/json')).toBe(`text ${large.slice(0, -1)}`);
  const deep = '['.repeat(300) + '\n"é"' + ']'.repeat(300);
  expect(recorded(deep, 'application/json')).toBe(`json ${deep.replace('\n', '')}`);
});
