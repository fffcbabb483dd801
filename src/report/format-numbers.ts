// Numbers as people read them: 12,345; 340 ms; 1.2 s; 2 m 05 s; 1,234/s; 24%.
// Pure; the same in every locale, so that a line can be searched for.

import { groupedDigits } from '../grouped-digits.ts';

/** `12,345` */
export function formatCount(count: number): string {
  return groupedDigits(count);
}

/** `0.34 ms`, `1.2 ms`, `340 ms`, `1.2 s`, `12 s`, `2 m 05 s`, `3 h 07 m`, `2 d 03 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0.995) return `${trimmed(ms, 2)} ms`;
  if (ms < 9.95) return `${trimmed(ms, 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${trimmed(ms / 1000, 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(seconds, 60, 'm', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(minutes, 60, 'h', 'm');
  return pair(Math.round(minutes / 60), 24, 'd', 'h');
}

/** `1,234/s`, `5.5/s`; below one a second, a minute: `12/m`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond >= 9.95) return `${formatCount(perSecond)}/s`;
  if (perSecond >= 0.995) return `${trimmed(perSecond, 1)}/s`;
  return `${trimmed(perSecond * 60, 1)}/m`;
}

/** `0.3%`, `24%`. Rounded down: 100% is said of what is complete, and of nothing else; `0%` of nothing. */
export function formatShare(share: number): string {
  const percent = Math.min(1, Math.max(0, share)) * 100;
  if (percent > 0 && percent < 0.1) return '<0.1%';
  return percent < 10 ? `${trimmed(Math.floor(percent * 10) / 10, 1)}%` : `${Math.floor(percent)}%`;
}

/** `1 record`, `12,345 records`. */
export function formatAmount(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

function pair(value: number, base: number, high: string, low: string): string {
  return `${formatCount(Math.floor(value / base))} ${high} ${String(value % base).padStart(2, '0')} ${low}`;
}
