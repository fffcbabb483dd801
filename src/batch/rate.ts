// Rates as people write them: `10/s`, `600/m`, `5000/h`. A rate is kept as it was written, so that
// whoever limits by it can spread it evenly; a bare number is refused.

import { badOption } from './bad-option.ts';

/** So many requests in each period. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

const periodsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a rate; a fraction is allowed (`0.5/s`).
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseRate('600/m', '`--rate`') // { count: 600, perMs: 60000 }
 */
export function parseRate(text: string, name: string): Rate {
  const match = /^(\d+(?:\.\d+)?) ?\/ ?(s|m|h)$/u.exec(text);
  const perMs = periodsMs[match?.[2] ?? ''];
  const count = Number(match?.[1] ?? 0);
  if (perMs === undefined || count <= 0) {
    const hint = /^\d+$/u.test(text) && Number(text) > 0 ? `write ${text}/s, ${text}/m or ${text}/h` : undefined;
    throw badOption(name, 'a rate such as 10/s, 600/m or 5000/h', text, hint);
  }
  return Object.freeze({ count, perMs });
}
