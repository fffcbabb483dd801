// Numbers of a result as they are written: the time of day as ISO 8601 with milliseconds, durations
// with at most three decimals. Formatting a date is slow and results come many to a second, so the
// part down to the second is kept.

/** Formats times of day. */
export class TimeText {
  #second = Number.NaN;
  #prefix = '';

  /** `atMs` (since the epoch) as `2026-11-21T10:00:00.123Z`. */
  format(atMs: number): string {
    const whole = Math.floor(atMs);
    const second = Math.floor(whole / 1000);
    if (second !== this.#second) {
      this.#prefix = new Date(second * 1000).toISOString().slice(0, -4);
      this.#second = second;
    }
    const rest = whole - second * 1000;
    return this.#prefix + (rest < 10 ? '00' : rest < 100 ? '0' : '') + rest + 'Z';
  }
}

/** A duration in milliseconds, rounded to microseconds; `null` if there is none. */
export function durationText(ms: number | null): string {
  return ms === null || !Number.isFinite(ms) ? 'null' : String(Math.round(ms * 1000) / 1000);
}
