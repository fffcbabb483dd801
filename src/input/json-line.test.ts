import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleOrders } from '../../scripts/sample-orders.ts';
import { seededRandom } from '../concurrency/random.ts';
import { JsonLine } from './json-line.ts';
import { plainId } from './plain-id.ts';

const scanner = new JsonLine();

/** The scan of a text that stands in the middle of other bytes. */
function scan(text: string, lineEnd = '\n'): boolean {
  const before = Buffer.from('}"]\\');
  const bytes = Buffer.from(text);
  const end = before.length + bytes.length;
  return scanner.scan(Buffer.concat([before, bytes, Buffer.from(`${lineEnd}"}],1`)]), before.length, end);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** White space, escapes, numbers and words of all kinds; between spaces, since no piece needs one. */
const pieces = [
  '{ } [ ] , : " \\ \t \n \r \v \f \0 \u00a0 \ufeff \u2028 \x7f {} [] "" "a" "id" "custom_id" "id": "a":1 "é🎁"',
  '"\\u00e9" "\\ud800" "\\u00g0" \\" \\\\ \\/ \\b \\x \\u12 0 -0 - +1 01 12 1.5 1. .5 1e5 1E-5 1e 1e+',
  `true false null tru nul True NaN Infinity 'a' // 1,2 ],[ }{`,
].flatMap((line) => [' ', ...line.split(' ')]);
const random = seededRandom(20_261_121);
const below = (count: number): number => Math.floor(random() * count);
const anyPiece = (): string => pieces[below(pieces.length)] ?? '';

function soup(): string {
  return Array.from({ length: below(12) }, anyPiece).join('');
}

function damaged(text: string): string {
  const at = below(text.length + 1);
  return (text.slice(0, at) + anyPiece() + text.slice(at + below(4))).toWellFormed();
}

const samples = [
  ...sampleOrders(50),
  '{"id":1,"a":[true,false,null,{"b":"\\u00e9\\n"}],"c":-1.5e-7, "d" : {} }',
  '[]',
  '0',
];

test('says yes to nothing that is no JSON, and to most that is', () => {
  const wrong: string[] = [];
  let missed = 0;
  let found = 0;
  for (let run = 0; run < 60_000; run++) {
    const text = run % 2 === 0 ? soup() : damaged(samples[run % samples.length] ?? '');
    const [said, is] = [scan(text), isJson(text)];
    if (said && !is) wrong.push(text);
    if (said) found++;
    else if (is) missed++;
  }
  expect(wrong).toEqual([]);
  expect(found).toBeGreaterThan(5000);
  expect(missed).toBeLessThan(found / 10);
});

test('says yes to what is JSON, as people and programs write it', () => {
  fc.assert(
    // In a list, so that no name of the outermost object has an escape.
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('\n', '\r\n'), (text, lineEnd) => {
      expect(scan(` [${text}\t]`, lineEnd)).toBe(true);
    }),
    { numRuns: 200 },
  );
  const nested = '['.repeat(30) + ']'.repeat(30);
  for (const text of [
    ...sampleOrders(100),
    '0',
    '-1.5e+10',
    '"\\u00E9\\/"',
    '[[],{}]',
    '{"a":{"\\"":[1 , 2]}}',
    ' null ',
    nested,
  ])
    expect([text, scan(text)]).toEqual([text, true]);
});

test.each([
  '',
  ' ',
  '{',
  '}',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  '1 2',
  '1,2',
  '],[',
  '{}{}',
  '"a',
  '"a\tb"',
  '"a\\',
  '"\\u12"',
  '01',
  '1.',
  '-',
  'nul',
  'nulls',
  '\ufeff1',
  '[1}',
  '{"a"]',
])('says no to %j', (text) => expect(scan(text)).toBe(false));

test('asks somebody else about what is rare: depth, line breaks between tokens, escapes in names, no line end', () => {
  for (const text of [`${'['.repeat(31)}${']'.repeat(31)}`, '[1,\r2]', '{"\\u0069d":1}']) {
    expect(isJson(text)).toBe(true);
    expect(scan(text)).toBe(false);
  }
  expect(scanner.scan(Buffer.from('12'), 0, 2)).toBe(false);
  expect(scanner.scan(Buffer.from('123'), 0, 2)).toBe(false);
});

/** How a planner reads an id out of a parsed record. */
function idOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return null;
  for (const name of ['id', 'custom_id']) {
    const id: unknown = Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
    if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
  }
  return null;
}

const idValue = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '0',
    '-0',
    '-7',
    '12',
    '123456789012345',
    '1234567890123456',
    '1.0',
    '1e2',
    '1E2',
    'null',
    'true',
    '""',
    '[]',
    '{"id":5}',
    '[{"id":1}]',
    ' "x"',
    '"é"',
    '"a\\"b"',
  ),
);
const member = fc
  .tuple(
    fc.constantFrom('id', 'custom_id', 'Id', 'di', 'custom_ix', 'xustom_id', 'ids', ''),
    fc.constantFrom(':', ' : '),
    idValue,
  )
  .map(([name, sign, value]) => JSON.stringify(name) + sign + value);

test('finds the id that parsing finds, or does not know', () => {
  let known = 0;
  const line = fc.oneof(
    fc.array(member, { maxLength: 4 }).map((members) => `{${members.join(',')}}`),
    member.map((one) => `[{${one}}]`),
    idValue,
  );
  fc.assert(
    fc.property(line, fc.constantFrom('', ' ', 'xyz'), (text, before) => {
      const bytes = Buffer.from(`${before}${text}\n`);
      const start = before.length;
      if (!scanner.scan(bytes, start, bytes.length - 1)) throw new Error(`not JSON: ${text}`);
      const id = plainId(scanner, bytes.toString('latin1', start, bytes.length - 1), start);
      if (id === undefined) return;
      known++;
      expect(id).toBe(idOf(JSON.parse(text)));
    }),
    { numRuns: 2000 },
  );
  expect(known).toBeGreaterThan(1000);
});
