// Keeps the digits of numbers that a JavaScript number cannot hold: 12345678901234567890, 1e400.
// It parses a text a second time, so it is asked only when such a number can be in it.

interface ReviverContext {
  readonly source?: string;
}

/** Node 24 has these; the ES2024 types do not know them yet. */
interface JsonWithSource {
  parse(text: string, reviver: (key: string, value: unknown, context: ReviverContext) => unknown): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const json = JSON as unknown as JsonWithSource;

const longNumber = /\d[\d.]{15,}|\d[eE][-+]?\d/;

/** Whether a JSON text may hold a number whose digits `JSON.parse` loses. Cheap, and sometimes wrong with yes. */
export function mayLoseDigits(text: string): boolean {
  return longNumber.test(text);
}

/** Like `JSON.parse`, but such a number becomes an object that `JSON.stringify` writes digit for digit. */
export function parseExactly(text: string): unknown {
  return json.parse(text, keepDigits);
}

/** Whether a value of `parseExactly` stands for a number. */
export function isExactNumber(value: unknown): boolean {
  return json.isRawJSON(value);
}

function keepDigits(_key: string, value: unknown, context: ReviverContext): unknown {
  const source = context.source;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return longNumber.test(source) ? json.rawJSON(source) : value;
}
