// Reading, without a socket: whatever the pieces in which bytes come, the same is read; a read that fails takes nothing; the
// buffer is bounded; nothing of a wait is left.

import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { all, ending, exactly, line, more, some, until } from './read-attempts.ts';
import type { Attempt } from './read-attempts.ts';
import { ReadBuffer } from './read-buffer.ts';
import { ReadSide } from './read-side.ts';
import { resolvedLimits } from './stream-options.ts';

function setUp(bufferBytes = 16) {
  const clock = new FakeClock();
  const flows: boolean[] = [];
  const side = new ReadSide(resolvedLimits({ bufferBytes }, clock), 'there:1', (flowing) => flows.push(flowing));
  return { side, flows, clock, push: (text: string) => side.push(Buffer.from(text)) };
}

const text = (bytes: Uint8Array | string | null) => (bytes === null ? null : Buffer.from(bytes as string).toString());

/** What a read gives, or its error with what that says, as plain data. */
async function told(reading: Promise<unknown>): Promise<unknown> {
  try {
    const value = await reading;
    return value instanceof Uint8Array ? text(value) : value;
  } catch (error) {
    return String(error);
  }
}

const command: fc.Arbitrary<() => Attempt<unknown>> = fc.oneof(
  fc.nat(6).map((bytes) => () => exactly(bytes)),
  fc.constantFrom('\n', '\r\n', 'ab', 'aab').map((bytes) => () => until(Buffer.from(bytes), 8)),
  fc.constant(() => line(8)),
  fc.constant(() => ending()),
);

describe('what is read', () => {
  test('does not depend on the pieces in which it comes, nor on when they come', async () => {
    const bytes = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.array(fc.nat(40)),
        fc.array(command),
        fc.boolean(),
        async (whole, cuts, reads, late) => {
          const atOnce = setUp();
          atOnce.push(whole);
          atOnce.side.end();
          const expected: unknown[] = [];
          for (const read of reads) expected.push(await told(atOnce.side.read(read())));
          expected.push(await told(atOnce.side.read(all(1000))));

          const split = setUp();
          const places = [
            0,
            ...cuts.map((place) => Math.min(place, whole.length)).toSorted((a, b) => a - b),
            whole.length,
          ];
          const arrive = async (): Promise<void> => {
            for (const [at, end] of places.slice(1).entries()) {
              if (late) await turn();
              split.push(whole.slice(places[at], end));
            }
            split.side.end();
          };
          const arriving = arrive();
          const actual: unknown[] = [];
          for (const read of reads) actual.push(await told(split.side.read(read())));
          actual.push(await told(split.side.read(all(1000))));
          await arriving;
          expect(actual).toEqual(expected);
        },
      ),
    );
  });

  test('is found wherever the delimiter is cut', async () => {
    for (let place = 0; place <= 6; place++) {
      const { side, push } = setUp();
      const reading = side.read(until(Buffer.from('aab'), 8));
      push('aaaabx'.slice(0, place));
      push('aaaabx'.slice(place));
      expect(text(await reading)).toBe('aaaab');
    }
  });

  test('is all that came, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.nat(30), async (pieces, most) => {
        const { side } = setUp(1000);
        for (const piece of pieces) side.push(Buffer.from(piece));
        side.end();
        const got: Uint8Array[] = [];
        for (;;) {
          const piece = await side.read(some(most + 1));
          if (piece === null) break;
          expect(piece.length).toBeLessThanOrEqual(most + 1);
          got.push(piece);
        }
        expect(Buffer.concat(got).equals(Buffer.concat(pieces))).toBe(true);
      }),
    );
  });

  test('is never written to again', () => {
    const buffer = new ReadBuffer();
    const given: { bytes: Uint8Array; copy: string }[] = [];
    for (let n = 0; n < 200; n++) {
      buffer.push(Buffer.from(`${n} `.repeat((n % 7) + 1)));
      const bytes = buffer.take(n % 13);
      given.push({ bytes, copy: Buffer.from(bytes).toString() });
    }
    for (const { bytes, copy } of given) expect(Buffer.from(bytes).toString()).toBe(copy);
  });
});

describe('a read that fails takes nothing:', () => {
  test.each([
    [
      'exactly',
      exactly(9),
      { code: 'incomplete_read', expectedBytes: 9, partial: new Uint8Array(Buffer.from('half')) },
    ],
    ['until', until(Buffer.from('\n'), 99), { code: 'incomplete_read', expectedBytes: null }],
    ['line', line(99), { code: 'incomplete_read' }],
    ['too long a line', line(3), { code: 'line_too_long', message: expect.stringContaining('3 bytes') }],
    ['too much', all(3), { code: 'line_too_long' }],
  ])('%s', async (_, attempt: Attempt<unknown>, error) => {
    const { side, push } = setUp();
    push('half');
    side.end();
    await expect(side.read(attempt)).rejects.toMatchObject(error);
    expect(text(await side.read(some(99)))).toBe('half');
    expect(await side.read(some(99))).toBeNull();
  });

  test('by a timeout and by a signal, and no timer or listener is left', async () => {
    const { side, clock, push } = setUp();
    push('ha');
    const late = side.read(exactly(4), { timeoutMs: 50 });
    clock.advance(50);
    await expect(late).rejects.toMatchObject({ code: 'deadline', message: expect.stringContaining('there:1') });
    const abort = new AbortController();
    const stopped = side.read(exactly(4), { signal: abort.signal, timeoutMs: 50 });
    abort.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    await expect(side.read(some(1), { signal: abort.signal })).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
    const whole = side.read(exactly(4), { timeoutMs: 50 });
    push('lf');
    expect(text(await whole)).toBe('half');
    expect(clock.pending).toBe(0);
  });

  test('and of two at once the second is refused', async () => {
    const { side, push } = setUp();
    const first = side.read(exactly(2));
    await expect(side.read(exactly(1))).rejects.toMatchObject({ code: 'stream_state' });
    push('ab');
    expect(text(await first)).toBe('ab');
  });
});

describe('a failure', () => {
  test('is told behind what came before it, and again and again', async () => {
    const { side, push } = setUp();
    push('one\ntw');
    side.fail(new Error('reset'));
    expect(await side.read(line(99))).toBe('one');
    await expect(side.read(line(99))).rejects.toThrow('reset');
    expect(text(await side.read(some(99)))).toBe('tw');
    await expect(side.read(some(99))).rejects.toThrow('reset');
  });

  test('that comes behind the end does not undo it', async () => {
    const { side } = setUp();
    side.end();
    side.fail(new Error('reset'));
    expect(await side.read(line(99))).toBeNull();
  });
});

describe('the other side', () => {
  test('is held up when enough came, until somebody takes it or needs more', async () => {
    const { side, flows, push } = setUp(4);
    push('abc');
    expect(flows).toEqual([]);
    push('def');
    expect(flows).toEqual([false]);
    const six = side.read(exactly(7));
    expect(flows).toEqual([false, true]);
    push('g');
    expect(text(await six)).toBe('abcdefg');
    push('12345');
    expect(flows).toEqual([false, true, false]);
    await side.read(some(1));
    expect(flows).toHaveLength(3);
    await side.read(some(1));
    expect(flows).toEqual([false, true, false, true]);
  });

  test('is held up again when who needed more gave up', async () => {
    const { side, flows, clock, push } = setUp(4);
    push('abcd');
    const late = side.read(exactly(9), { timeoutMs: 1 });
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ code: 'deadline' });
    expect(flows).toEqual([false, true, false]);
  });
});

test('a long line that comes in small pieces is looked through once', () => {
  const buffer = new ReadBuffer();
  let looked = 0;
  const indexOf = buffer.indexOf.bind(buffer);
  buffer.indexOf = (sought, from) => {
    looked += buffer.length - from;
    return indexOf(sought, from);
  };
  const attempt = line(100_000);
  for (let n = 0; n < 1000; n++) {
    buffer.push(Buffer.from('0123456789'));
    expect(attempt(buffer, false)).toBe(more);
  }
  expect(looked).toBe(10_000);
});
