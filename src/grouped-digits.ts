// A count as people read it. The same in every locale, so that a line can be searched for. `Intl` would say it too, but to
// ask it the first time costs more than anything else at the start of a command: 12 ms.

/** `12,345`; rounded to a whole number. */
export function groupedDigits(count: number): string {
  if (!Number.isFinite(count)) return '∞';
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
