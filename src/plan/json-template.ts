// A template whose outcome is JSON: `{"id": "{{id}}", "text": "Dear {{name}}", "n": {{n}}}`.
// A string that is one whole placeholder keeps the JSON type of the value; inside a longer string the
// value is escaped. Invariant: what is rendered is valid JSON on one line, whatever the record holds.

import { UsageError } from '../errors.ts';
import { isExactNumber, parseExactly } from './exact-json.ts';
import { isObject, type RecordScope } from './record-scope.ts';
import { parseTemplate, type TemplateContext, type ValuePart } from './template.ts';

type JsonPart = string | { readonly part: ValuePart; readonly whole: boolean };

/** Text pieces and placeholders in turn; compiled once. */
export type JsonTemplate = readonly JsonPart[];

/**
 * Reads JSON that may hold placeholders in strings, and bare ones where a value stands. The strings of
 * the outcome are templates still.
 *
 * @throws {UsageError} `bad_option` with the position at which it is not JSON
 */
export function parseTemplatedJson(text: string, option: string): unknown {
  const { strict, added } = toStrictJson(text, option);
  try {
    return parseExactly(strict);
  } catch (cause) {
    const position = errorPosition(strict);
    const before = added.filter((place) => place < position).length;
    throw new UsageError('bad_option', `${option}: not JSON at position ${position - before + 1}: ${why(cause)}`, {
      hint: 'Strings stand in double quotes; placeholders may stand in strings or where a value is expected.',
      cause,
    });
  }
}

/** Compiles what `parseTemplatedJson` gave. */
export function compileJson(tree: unknown, context: TemplateContext): JsonTemplate {
  const parts: JsonPart[] = [];
  compileValue(tree, context, parts);
  return parts.reduce<JsonPart[]>((merged, part) => {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else merged.push(part);
    return merged;
  }, []);
}

/** The JSON text for a record. @throws {RecordError} */
export function renderJson(template: JsonTemplate, scope: RecordScope): string {
  let text = '';
  for (const piece of template) {
    if (typeof piece === 'string') text += piece;
    else if (piece.whole) text += scope.jsonOf(scope.valueOf(piece.part), piece.part);
    else text += insideString(scope.textOf(piece.part));
  }
  return text;
}

function insideString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function compileValue(value: unknown, context: TemplateContext, parts: JsonPart[]): void {
  if (typeof value === 'string') return compileString(value, context, parts, true);
  if (!isObject(value) || isExactNumber(value)) {
    parts.push(JSON.stringify(value));
    return;
  }
  const list = Array.isArray(value);
  parts.push(list ? '[' : '{');
  Object.entries(value).forEach(([key, item], position) => {
    if (position > 0) parts.push(',');
    if (!list) {
      compileString(key, context, parts, false);
      parts.push(':');
    }
    compileValue(item, context, parts);
  });
  parts.push(list ? ']' : '}');
}

function compileString(text: string, context: TemplateContext, parts: JsonPart[], mayBeWhole: boolean): void {
  const template = parseTemplate(text, context);
  const only = template.length === 1 ? template[0] : undefined;
  if (mayBeWhole && only !== undefined && only.kind !== 'text' && only.kind !== 'secret') {
    parts.push({ part: only, whole: true });
    return;
  }
  parts.push('"');
  for (const part of template) {
    const constant = part.kind === 'text' || part.kind === 'secret';
    parts.push(constant ? insideString(part.text) : { part, whole: false });
  }
  parts.push('"');
}

/** Makes `{{x}}` outside strings a string, and `\{{` inside strings the JSON of it. `added`: where characters were put in. */
function toStrictJson(text: string, option: string): { strict: string; added: number[] } {
  let strict = '';
  const added: number[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (inString && char === '\\') {
      const escape = text.startsWith('{{', at + 1);
      if (escape) added.push(strict.length);
      strict += escape ? '\\\\{{' : text.slice(at, at + 2);
      at += escape ? 2 : 1;
    } else if (!inString && text.startsWith('{{', at)) {
      const close = text.indexOf('}}', at);
      if (close < 0) {
        throw new UsageError('bad_option', `${option}: the placeholder at position ${at + 1} is never closed by "}}"`);
      }
      added.push(strict.length);
      strict += JSON.stringify(text.slice(at, close + 2));
      added.push(strict.length);
      at = close + 1;
    } else {
      if (char === '"') inString = !inString;
      strict += char;
    }
  }
  return { strict, added };
}

/**
 * Where a text stops being JSON. V8 tells it for some errors only, so this looks for the shortest
 * beginning that nothing could complete.
 */
function errorPosition(text: string): number {
  let low = 0;
  let high = text.length + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (canGoOn(text.slice(0, middle))) low = middle;
    else high = middle;
  }
  return low;
}

function canGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const message = String(error);
    return message.includes('Unexpected end of JSON') || message.includes(`at position ${beginning.length} (`);
  }
}

/** V8's reason without its excerpt and position, which count text that the user did not write. */
function why(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (?:\.\.\.)?".*$/s, '').replace(/ (?:in JSON )?at position .*$/s, '');
}
