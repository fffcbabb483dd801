// Durations as people write them: `250ms`, `30s`, `5m`, `2h`. A bare number is refused, because one
// reads it as seconds and another as milliseconds. Knows no option but the name it is given.

import { badOption } from './bad-option.ts';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration; a fraction is allowed (`1.5s`).
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseDuration('5m', '`--max-wait`') // 300000
 */
export function parseDuration(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u.exec(text);
  const unitMs = unitsMs[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) {
    const hint = /^\d+(\.\d+)?$/u.test(text) ? `write ${text}s or ${text}ms` : undefined;
    throw badOption(name, 'a duration such as 250ms, 30s, 5m or 2h', text, hint);
  }
  return Math.round(Number(match[1]) * unitMs);
}
