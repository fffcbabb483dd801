// Rates as people write them: `10/s`, `600/m`, `5000/h`, and `90000/m:cost` for what requests cost instead of
// how many they are. A bare number is refused: nobody can tell what it is per.

import { badValue } from '../bad-value.ts';
import type { Rate } from './pacer.ts';

const periodsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a rate. A fraction of requests is a rate over the shortest time that has a whole number of them:
 * `2.5/s` is 5 in 2 s, since no second could hold half a request.
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseRate('600/m', '`--rate`') // { count: 600, perMs: 60000, unit: 'requests', text: '600/m' }
 */
export function parseRate(text: string, name: string): Rate {
  const match = /^(\d+(?:\.\d{1,9})?) ?\/ ?(s|m|h)(?:(:)(cost|requests))?$/u.exec(text);
  const perMs = periodsMs[match?.[2] ?? ''];
  const count = Number(match?.[1] ?? 0);
  if (perMs === undefined || count <= 0 || !Number.isFinite(count)) throw badRate(text, name);
  if (match?.[4] === 'cost') return Object.freeze({ count, perMs, unit: 'cost', text });
  return Object.freeze({ ...inWholeNumbers(match?.[1] ?? '', perMs), unit: 'requests', text });
}

/** `2.5` in 1,000 ms is 5 in 2,000 ms. */
function inWholeNumbers(digits: string, perMs: number): Pick<Rate, 'count' | 'perMs'> {
  const scale = 10 ** (digits.split('.')[1] ?? '').length;
  const count = Math.round(Number(digits) * scale);
  const divisor = greatestCommonDivisor(count, scale);
  return { count: count / divisor, perMs: (perMs * scale) / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function badRate(text: string, name: string): Error {
  const [amount = '', unit] = text.split(':');
  const hint =
    /^\d+$/u.test(text) && Number(text) > 0
      ? `write ${text}/s, ${text}/m or ${text}/h`
      : unit !== undefined && unit !== 'cost' && amount.includes('/')
        ? `the unit of a rate is cost: ${amount}:cost`
        : undefined;
  return badValue(name, 'a rate such as 10/s, 600/m or 5000/h', text, hint);
}
