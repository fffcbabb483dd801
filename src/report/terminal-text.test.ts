// What leaves through this gate is harmless and narrow enough, whatever came in.

import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, cutText, drawLine, joinFitting, printable, type Segment } from './terminal-text.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('\u001B[31m', '\u001B]0;title\u0007', '\u009B2J', '\r', '\n', 'a', '漢', '\u202E', '\uD800'),
  }),
);
const anySegment: fc.Arbitrary<Segment> = fc.oneof(
  anyText,
  anyText.map((text): Segment => ['red', text]),
);

describe('printable', () => {
  test('takes out escape codes, controls and what reorders text', () => {
    expect(printable('a\u001B[31mb\u001B[0m')).toBe('ab');
    expect(printable('one\r\ntwo\ttab')).toBe('one two tab');
    expect(printable('\u001B]0;title\u0007x\u009B2Jy')).toBe('xy');
    expect(printable('exe\u202Ecod.\u200Bx\u0000\u007F')).toBe('exe cod. x ');
    expect(printable('half \uD83D, whole 😀')).toBe('half  , whole 😀');
    expect(printable('api.exämple.com')).toBe('api.exämple.com');
  });

  test('leaves nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });
});

describe('widths', () => {
  test('what may be wide counts as two', () => {
    expect(columnsOf('abc█…é')).toBe(6);
    expect(columnsOf('漢字😀')).toBe(6);
  });

  test('a text is cut to its width with a mark', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef');
    expect(cutText('abcdef', 5)).toBe('abcd…');
    expect(cutText('漢字漢', 4)).toBe('漢…');
    expect(cutText('abc', 1)).toBe('…');
    expect(cutText('abc', 0)).toBe('');
  });
});

describe('drawLine', () => {
  test('no line is wider than its canvas, coloured or not', () => {
    fc.assert(
      fc.property(fc.array(anySegment), fc.integer({ min: 0, max: 60 }), fc.boolean(), (segments, columns, color) => {
        const plain = stripVTControlCharacters(drawLine(segments, { columns, color }));
        expect(columnsOf(plain)).toBeLessThanOrEqual(columns);
        expect(plain).toBe(drawLine(segments, { columns, color: false }));
      }),
    );
  });

  test('what fits is whole, and what does not ends with a mark', () => {
    const segments: Segment[] = ['ab', ['red', 'cd'], 'ef'];
    expect(drawLine(segments, { columns: 6, color: true })).toBe('ab\u001B[31mcd\u001B[39mef');
    expect(drawLine(segments, { columns: 6, color: false })).toBe('abcdef');
    expect(drawLine(segments, { columns: 5, color: false })).toBe('abcd…');
    expect(drawLine(segments, { columns: 4, color: true })).toBe('ab\u001B[31mc…\u001B[39m');
    expect(drawLine(segments, { columns: 2, color: false })).toBe('a…');
    expect(drawLine(segments, { columns: 1, color: false })).toBe('…');
    expect(drawLine([['red', '']], { columns: 5, color: true })).toBe('');
  });

  test('a colour of the text itself is not drawn, even in a coloured segment', () => {
    expect(drawLine([['red', 'x\u001B[32my']], { columns: 9, color: true })).toBe('\u001B[31mxy\u001B[39m');
  });
});

describe('joinFitting', () => {
  test('leaves out whole parts, never a piece of one', () => {
    const parts: Segment[] = ['12 ok', ['red', '3 failed'], '4 unknown'];
    expect(joinFitting(parts, 26)).toEqual(['12 ok', '  ', ['red', '3 failed'], '  ', '4 unknown']);
    expect(joinFitting(parts, 25)).toEqual(['12 ok', '  ', ['red', '3 failed']]);
    expect(joinFitting(parts, 14)).toEqual(['12 ok']);
    expect(joinFitting(parts, 1)).toEqual(['12 ok']);
    expect(joinFitting([], 10)).toEqual([]);
  });
});
