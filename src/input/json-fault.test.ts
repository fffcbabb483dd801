import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault } from './json-fault.ts';

test.each<[text: string, at: number, reason: RegExp]>([
  ['', 0, /ends where a value is expected/],
  ['{"a":x}', 5, /found "x"/],
  ['{"a":1 "b":2}', 7, /expected "," or "}", found "\\""/],
  ["{'a':1}", 1, /name in double quotes, found "'"/],
  ['{"a":1,}', 7, /comma stands before the end/],
  ['[1,2', 4, /expected "," or "]", found the end/],
  ['{"a":"b', 5, /string is not closed/],
  ['{"a":"\n"}', 6, /line break/],
  [String.raw`["\x"]`, 2, /backslash/],
  ['{"a" 1}', 5, /expected ":"/],
  ['{"a":1} {"b":2}', 8, /nothing may follow/],
  ['[01]', 1, /expected a value, found "01"/],
  ['[undefined]', 1, /found "undefined"/],
  ['[{"a":[]},NaN]', 10, /found "NaN"/],
])('%j breaks at %i', (text, at, reason) => {
  expect(isJson(text)).toBe(false);
  const fault = findJsonFault(text);
  expect(fault.at).toBe(at);
  expect(fault.reason).toMatch(reason);
});

test('whatever JSON.parse refuses has a fault, in the text or at its end', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.nat(3), fc.constantFrom('', ',', '"', '}', ']', ':', 'x', '\\', '\n', '0'))
    .map(([json, place, cut, put]) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + put + json.slice(at + cut);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      fc.pre(!isJson(text));
      const { at, reason } = findJsonFault(text);
      expect(reason).not.toBe('not JSON');
      expect(at).toBeLessThanOrEqual(text.length);
      // What stands before the fault may be the beginning of JSON, so it has no fault of its own but its end.
      const before = findJsonFault(text.slice(0, at));
      expect(before.at === at || /not closed|not JSON|backslash|found/.test(before.reason)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
