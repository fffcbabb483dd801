import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonScan } from './json-scan.ts';

const scan = new JsonScan();

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The document, if it is told otherwise than JSON.parse tells it; else null. */
function mistaken(bytes: Buffer): string | null {
  return scan.accepts(bytes) === parses(bytes.toString()) ? null : bytes.toString('latin1');
}

const rich = Buffer.from('{"a":[-1.5e+3,0,"\\u00e9\\n\\"x",true,null,{}],"é":{"b":[ ]},\r\n"c":false ,"d":10E9}\t');

test('a document is accepted as JSON.parse accepts it, whichever byte of it is another one', () => {
  expect(scan.accepts(rich)).toBe(true);
  const others = Buffer.from('\0\t\n\v\r\x1f "\\/{}[],:+-.0159abefnrtuxEFNTu\x7f\x80\xa0\xef', 'latin1');
  const mistakes: (string | null)[] = [];
  for (let at = 0; at < rich.length; at++) {
    for (const other of others) {
      const changed = Buffer.from(rich);
      changed[at] = other;
      mistakes.push(mistaken(changed));
    }
  }
  expect(mistakes.filter((text) => text !== null)).toEqual([]);
});

test('a document that is cut, lacks a byte, or has one twice, is told like JSON.parse tells it', () => {
  const mistakes: (string | null)[] = [];
  for (let at = 0; at < rich.length; at++) {
    mistakes.push(mistaken(rich.subarray(0, at)));
    mistakes.push(mistaken(Buffer.concat([rich.subarray(0, at), rich.subarray(at + 1)])));
    mistakes.push(mistaken(Buffer.concat([rich.subarray(0, at + 1), rich.subarray(at)])));
  }
  expect(mistakes.filter((text) => text !== null)).toEqual([]);
  expect(scan.accepts(Buffer.concat([rich, rich]))).toBe(false);
});

const refused = [
  String.raw`¦ ¦[¦]¦{¦}¦{]¦[}¦[1}¦{"a":1]¦[,]¦[1,]¦[1 2]¦{,}¦{"a"}¦{"a":}¦{"a":1,}¦{1:2}¦{"a" 1}¦{"a"::1}¦{'a':1}¦:¦,¦1,2`,
  String.raw`01¦-¦-01¦+1¦.5¦1.¦1.e1¦1e¦1e+¦1e1.5¦0x1¦1_0¦NaN¦Infinity¦tru¦truee¦nul¦fals¦True¦1;¦[1]]¦[[1]¦// a`,
  String.raw`"¦"\"¦"\u12g4"¦"\u123"¦"\u123¦"\x"¦"\¦"`,
];

test.each([
  ...refused.flatMap((texts) => texts.split('¦')),
  '"a\tb"',
  '"a\nb"',
  '\ufeff[1]',
  '\u00a01',
  '1\u2028',
  '\v1',
  '\0',
])('%j is none', (text) => {
  expect([scan.accepts(Buffer.from(text)), parses(text)]).toEqual([false, false]);
});

const accepted = [
  String.raw`0¦-0¦-0.0e-0¦1E400¦12345678901234567890¦""¦"\ud800"¦"\u0000"¦"\/\b\f"¦null¦ [ ] ¦{ }¦[[],{},[[{"":[]}]]]¦"😀"¦[true,false]`,
];

test.each([...accepted.flatMap((texts) => texts.split('¦')), '"\u2028"', '"\x7f"', '\r\n{\t"a" :\n1 , "a":2}\n'])(
  '%j is JSON',
  (text) => {
    expect([scan.accepts(Buffer.from(text)), parses(text)]).toEqual([true, true]);
  },
);

test('any JSON is accepted, in any layout', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', ' ', '\r\n\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(scan.accepts(Buffer.from(text))).toBe(true);
      expect(scan.isAscii).toBe(!/[^\0-\x7f]/.test(text));
      expect(scan.isOneLine).toBe(!text.includes('\n'));
    }),
  );
});

test('whatever looks like JSON is told like JSON.parse tells it', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '.',
    'e',
    '0',
    'true',
    ' ',
    '\n',
    'é',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      expect(mistaken(Buffer.from(tokens.join('')))).toBeNull();
    }),
    { numRuns: 2000 },
  );
});

function nested(depth: number): Buffer {
  return Buffer.from('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2));
}

test('what is nested deeper than it can follow is not accepted', () => {
  expect([scan.accepts(nested(256)), scan.accepts(nested(258)), scan.accepts(nested(4000))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(scan.accepts(nested(4))).toBe(true);
});

test('what one body was is forgotten with the next', () => {
  expect([scan.accepts(Buffer.from('["é",\n1]')), scan.isAscii, scan.isOneLine]).toEqual([true, false, false]);
  expect([scan.accepts(Buffer.from('[1]')), scan.isAscii, scan.isOneLine]).toEqual([true, true, true]);
});
