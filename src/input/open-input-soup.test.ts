// Whatever the bytes are, and however they are cut into blocks: the same records, faults and positions
// come out, nothing else is thrown than a UsageError, and no record that follows a fault is lost.

import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { openInput } from './open-input.ts';
import type { InputPosition, InputRecord } from './reader.ts';

interface Outcome {
  records: InputRecord[];
  end: InputPosition | null;
  thrown: string | null;
}

async function read(bytes: Buffer, format: string, blockBytes: number, from?: InputPosition): Promise<Outcome> {
  const outcome: Outcome = { records: [], end: null, thrown: null };
  const chunks = (async function* () {
    yield bytes;
  })();
  const reader = await openInput({ path: '-', stdin: chunks, format, blockBytes, maxRecordBytes: 24 });
  try {
    for await (const batch of reader.batches(from)) {
      outcome.records.push(...batch.records);
      outcome.end = batch.end;
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    outcome.thrown = error.message;
  }
  return outcome;
}

const pieces = [
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '\r',
  ' ',
  'a',
  'é',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '{"a":1}',
  '1,2',
  '#',
  'x'.repeat(20),
];
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(...pieces).map((piece) => Buffer.from(piece)),
      fc.constant(Buffer.of(0xff)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));

const starts: Record<string, string> = {
  jsonl: '1\n',
  csv: 'a,b\n1,2\n',
  tsv: 'a\tb\n1\t2\n',
  txt: 'http://a\n',
  json: '[1,',
};

describe.each(Object.keys(starts))('%s', (format) => {
  test('reads any bytes alike, in blocks of any size and from any batch', async () => {
    const property = fc.asyncProperty(soup, fc.integer({ min: 1, max: 30 }), async (bytes, blockBytes) => {
      const input = Buffer.concat([Buffer.from(starts[format] ?? ''), bytes]);
      const whole = await read(input, format, 65_536);
      const cut = await read(input, format, blockBytes);
      expect(simple(cut)).toEqual(simple(whole));
      expect(cut.records.map((record) => record.index)).toEqual(cut.records.map((_, index) => index));
      if (cut.end === null) return;
      const rest = await read(input, format, 7, cut.end);
      expect(rest.records).toEqual([]);
    });
    await fc.assert(property, { numRuns: 400 });
  });

  test('goes on behind a broken record', async () => {
    const broken: Record<string, string> = {
      jsonl: '1\n{x\n2\n',
      csv: 'a,b\n1,2\n3,"x"y\n4,5\n',
      tsv: 'a\tb\n1\t2\n3\n4\t5\n',
      txt: 'http://a\n\xff\nhttp://b\n',
      json: '[1, {x}, 2]',
    };
    const { records } = await read(Buffer.from(broken[format] ?? '', 'latin1'), format, 3);
    expect(records.map((record) => record.kind)).toEqual(['record', 'bad', 'record']);
  });
});

// How many batches there are, and what of them is parsed at once, depends on the blocks; what is in them does not.
function simple({ records, thrown }: Outcome) {
  return {
    records: records.map((record) => {
      const { kind, index, line, text } = record;
      return { kind, index, line, text, came: record.kind === 'bad' ? record.error.message : record.value };
    }),
    thrown,
  };
}
