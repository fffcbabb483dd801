// Numbers of a result as they are written: the time of day as ISO 8601 with milliseconds, durations
// with at most three decimals. Formatting a date is slow and results come many to a millisecond, so the
// last text is kept, and the part of it down to the second.

/** Formats times of day. */
export class TimeText {
  #whole = Number.NaN;
  #text = '';
  #second = Number.NaN;
  #prefix = '';

  /** `atMs` (since the epoch) as `2026-11-21T10:00:00.123Z`. */
  format(atMs: number): string {
    const whole = Math.floor(atMs);
    if (whole !== this.#whole) {
      this.#text = this.#format(whole);
      this.#whole = whole;
    }
    return this.#text;
  }

  #format(whole: number): string {
    const second = Math.floor(whole / 1000);
    if (second !== this.#second) {
      this.#prefix = new Date(second * 1000).toISOString().slice(0, -4);
      this.#second = second;
    }
    const rest = whole - second * 1000;
    return this.#prefix + (rest < 10 ? '00' : rest < 100 ? '0' : '') + rest + 'Z';
  }
}

/** The decimals of so many thousandths, with the point: what JavaScript would write, at a third of the cost. */
const decimals: readonly string[] = Array.from({ length: 1000 }, (_, thousandths) =>
  String(thousandths / 1000).slice(1),
);
const largestCut = 2 ** 31;

/** A duration in milliseconds, rounded to microseconds; `null` if there is none. */
export function durationText(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return 'null';
  const micros = Math.round(ms * 1000);
  if (!(micros >= 0 && micros < largestCut)) return String(micros / 1000);
  const whole = Math.floor(micros / 1000);
  return whole + (decimals[micros - whole * 1000] ?? '');
}
