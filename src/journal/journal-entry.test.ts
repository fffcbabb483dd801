import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEntries, writeEntry } from './journal-entry.ts';
import type { JournalEntry } from './journal-entry.ts';

const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ kind: fc.constant('started' as const), upTo: fc.nat() }),
  fc.record({ kind: fc.constant('sent' as const), ordinals: fc.constantFrom('0-4,7', '', '12') }),
  fc.record({
    kind: fc.constant('held' as const),
    index: fc.nat(),
    result: fc.constantFrom('ok' as const, 'failed' as const),
    line: fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\r', '\u2028', '\0', 'é', '\ud83d\ude00') }),
  }),
);

test('a line is a checksum and JSON', () => {
  expect(writeEntry({ kind: 'started', upTo: 1024 })).toBe('0e7da5ab {"kind":"started","upTo":1024}\n');
});

test('what is cut anywhere is read up to the last whole line', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
      const lines = entries.map((each) => Buffer.from(writeEntry(each)));
      const bytes = Buffer.concat(lines);
      const cut = bytes.subarray(0, Math.round(bytes.length * share));
      let wholeBytes = 0;
      let whole = 0;
      for (const line of lines) {
        if (wholeBytes + line.length > cut.length) break;
        wholeBytes += line.length;
        whole++;
      }
      expect(readEntries(cut)).toEqual(entries.slice(0, whole));
    }),
  );
});

test('whatever byte is changed, nothing from its line on is believed', () => {
  const lines = [1, 2, 3].map((upTo) => Buffer.from(writeEntry({ kind: 'started', upTo })));
  const bytes = Buffer.concat(lines);
  const lineBytes = lines[0]?.length ?? 0;
  for (let at = 0; at < bytes.length; at++) {
    for (const change of [1, 0x20, 0x80]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      const entries = readEntries(damaged);
      // Upper case in the checksum is a change too.
      if (entries.length !== Math.floor(at / lineBytes)) throw new Error(`byte ${at} ^ ${change}: ${entries.length}`);
    }
  }
  expect(readEntries(bytes)).toHaveLength(3);
});

test.each([
  ['zeros, as a power loss leaves them', Buffer.alloc(4096)],
  ['zeros and a line break', Buffer.concat([Buffer.alloc(100), Buffer.from('\n')])],
  ['an empty line', Buffer.from('\n')],
  ['nothing, with the checksum of nothing', Buffer.from('00000000 \n')],
  ['a line that is too short', Buffer.from('00000000\n')],
])('%s: nothing is read', (_what, bytes) => {
  expect(readEntries(bytes)).toEqual([]);
});
