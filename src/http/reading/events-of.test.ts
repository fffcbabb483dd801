// Server-sent events: the examples and rules of the WHATWG HTML Standard, cut at every position, and against another
// reader of the same format.

import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsOf } from './events-of.ts';
import type { EventsOptions, ServerSentEvent } from './events-of.ts';

async function* pieces(...given: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* given;
}

async function* oneThenFault(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('data: now\r\r');
  throw new Error('it was read on');
}

function events(text: string, cuts: readonly number[] = [], options?: EventsOptions): Promise<ServerSentEvent[]> {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return Array.fromAsync(
    eventsOf(pieces(...places.slice(1).map((end, at) => bytes.subarray(places[at], end))), options),
  );
}

function message(data: string, changes: Partial<ServerSentEvent> = {}): ServerSentEvent {
  return { event: 'message', data, id: '', retryMs: null, ...changes };
}

describe('events', () => {
  test.each<[string, string, ServerSentEvent[]]>([
    ['lines of data are joined', 'data: YHOO\ndata: +2\ndata: 10\n\n', [message('YHOO\n+2\n10')]],
    [
      'a comment, ids, and one that takes the id back (the third example of the standard)',
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
      [message('first event', { id: '1' }), message('second event'), message(' third event')],
    ],
    [
      'data that is empty is data; what the end cuts is not told',
      'data\n\ndata\ndata\n\ndata:',
      [message(''), message('\n')],
    ],
    ['one space behind the colon is no data', 'data:test\n\ndata: test\n\n', [message('test'), message('test')]],
    [
      'a type holds for one event',
      'event: add\ndata: 7\n\ndata: 8\n\n',
      [message('7', { event: 'add' }), message('8')],
    ],
    ['a type without data is nothing', 'event: add\n\ndata: 8\n\n', [message('8')]],
    ['an id holds on, also one that came without data', 'id: 5\n\ndata: a\n\n', [message('a', { id: '5' })]],
    ['an id with NUL is passed over', 'id: 5\nid: a\0b\ndata: a\n\n', [message('a', { id: '5' })]],
    ['retry holds on, if it is digits', 'retry: 1500\nretry: 9s\ndata: a\n\n', [message('a', { retryMs: 1500 })]],
    ['names are exact, and unknown ones passed over', 'Data: x\n data: y\ndata : z\nfoo: bar\n\n', []],
    ['a byte order mark is passed over, once', '\ufeffdata: a\n\n', [message('a')]],
    ['a second mark is part of a name', '\ufeff\ufeffdata: a\n\n', []],
    [
      'lines may end with \\r and \\r\\n',
      'data: a\r\rdata: b\r\n\r\ndata: c\n\r',
      [message('a'), message('b'), message('c')],
    ],
    ['U+2028 ends no line', 'data: a\u2028b\n\n', [message('a\u2028b')]],
    ['what no blank line ends is not told', 'data: a\n\ndata: b\n', [message('a')]],
  ])('%s, wherever it is cut', async (_, text, expected) => {
    for (let at = 0; at <= Buffer.byteLength(text); at++) expect(await events(text, [at])).toEqual(expected);
  });

  test('come as soon as the blank line has, also one of \\r', async () => {
    const reading = eventsOf(oneThenFault());
    expect(await reading.next()).toMatchObject({ value: { data: 'now' } });
    await expect(reading.next()).rejects.toThrow('read on');
  });

  test('that are left close the source', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield Buffer.from('data: a\n\ndata: b\n\n');
      } finally {
        closed = true;
      }
    }
    for await (const { data } of eventsOf(source())) if (data === 'b') break;
    expect(closed).toBe(true);
  });

  test('are those that another reader finds', async () => {
    const field = fc.constantFrom(
      'data: a',
      'data',
      'data:  b:c',
      'event: x',
      ':note',
      'retry: 7',
      'else: y',
      'id: 1\ndata: d',
    );
    const line = fc.tuple(fc.oneof(field, fc.constant('')), fc.constantFrom('\n', '\r\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(150)), async (parts, cuts) => {
        const text = `${parts.flat().join('')}\n`;
        const others: [string, string][] = [];
        const parser = createParser({ onEvent: ({ event, data }) => others.push([event ?? 'message', data]) });
        parser.feed(text);
        expect((await events(text, cuts)).map(({ event, data }) => [event, data])).toEqual(others);
      }),
    );
  });
});

describe('the limit', () => {
  test('holds for an event of many lines, and tells where', async () => {
    const text = `data: ok\n\n${'data: 12345678\n'.repeat(5)}\n`;
    await expect(events(text, [], { maxEventBytes: 40 })).rejects.toMatchObject({
      code: 'line_too_long',
      message: 'line 7 of the answer is longer than 40 bytes',
    });
    expect(await events(text, [], { maxEventBytes: 44 })).toHaveLength(2);
  });

  test('holds for a line that never ends', async () => {
    await expect(events(`: ${'x'.repeat(100)}`, [50], { maxEventBytes: 99 })).rejects.toMatchObject({
      code: 'line_too_long',
    });
  });

  test('cannot be nothing', () => {
    expect(() => eventsOf(pieces(), { maxEventBytes: 0 })).toThrow('Expected `maxEventBytes`');
  });
});
