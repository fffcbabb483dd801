// Counts the rows of a results file, for the report on it. Rows are what a file held: nothing about
// them is sure, so each field is looked at before it is counted.
// Invariant: memory does not depend on the number of rows, nor on how many origins or kinds they name.

import { FailureTally, type FailureCount } from './failure-tally.ts';
import { Histogram } from './histogram.ts';
import type { SettledCounts } from './statistics.ts';
import { TimeSeries } from './time-series.ts';

/** A row of a results file, parsed. */
export interface ResultRow {
  readonly index?: unknown;
  readonly result?: unknown;
  readonly status?: unknown;
  readonly attempts?: unknown;
  readonly ms?: unknown;
  readonly waitMs?: unknown;
  /** ISO 8601. */
  readonly at?: unknown;
  readonly error?: unknown;
  readonly url?: unknown;
  readonly method?: unknown;
  readonly skipped?: unknown;
}

/** What is known of one origin. */
export interface OriginCounts {
  readonly origin: string;
  readonly records: number;
  readonly notOk: number;
}

/** A record whose last attempt took long. */
export interface SlowRecord {
  readonly index: number;
  readonly ms: number;
  /** Status or error code. */
  readonly outcome: string;
  readonly method: string;
  readonly url: string;
}

const mostOrigins = 1000;
const mostSlow = 5;
const mostAttempts = 10;
const otherOrigins = '(other origins)';

/** Counts result rows. */
export class ResultTally {
  /** `ms` of rows that have a status: the latency of answers. */
  readonly latency = new Histogram();
  /** `waitMs` of all rows. */
  readonly waits = new Histogram();
  readonly times = new TimeSeries();
  /** Records by the attempts they took: `attempts[2]` took two; the last place holds that and more. */
  readonly attempts: number[] = Array.from({ length: mostAttempts + 1 }, () => 0);
  readonly #counts = { ok: 0, failed: 0, unknown: 0, skipped: 0 };
  readonly #statuses = new Map<number, number>();
  readonly #failures = new FailureTally();
  readonly #origins = new Map<string, { records: number; notOk: number }>();
  #slow: SlowRecord[] = [];

  /** Counts one row. Rows whose `result` is none of ours are left out. */
  add(row: ResultRow): void {
    const { result, status, attempts, ms, waitMs, at } = row;
    if (result !== 'ok' && result !== 'failed' && result !== 'unknown') return;
    this.#counts[result]++;
    if (result === 'ok' && row.skipped === true) this.#counts.skipped++;
    if (isStatus(status)) this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (result !== 'ok') this.#addFailure(row);
    if (typeof attempts === 'number' && attempts >= 0) this.#addAttempts(attempts);
    if (typeof ms === 'number' && isStatus(status)) this.latency.record(ms);
    if (typeof waitMs === 'number') this.waits.record(waitMs);
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (!Number.isNaN(atMs)) this.times.add(atMs);
    this.#addOrigin(row.url, result !== 'ok');
    if (typeof ms === 'number' && ms > (this.#slow[mostSlow - 1]?.ms ?? -1)) this.#addSlow(row, ms);
  }

  get counts(): SettledCounts {
    return { ...this.#counts };
  }

  /** Status and how many last answers had it, ascending. */
  get statuses(): [status: number, count: number][] {
    return [...this.#statuses].sort((a, b) => a[0] - b[0]);
  }

  /** Error codes, the most frequent first. */
  get failures(): FailureCount[] {
    return this.#failures.ranked();
  }

  /** The origins with the most records first. */
  get origins(): OriginCounts[] {
    const all = [...this.#origins].map(([origin, counts]) => ({ origin, ...counts }));
    return all.sort((a, b) => b.records - a.records || (a.origin < b.origin ? -1 : 1));
  }

  /** The slowest first, five at most. */
  get slowest(): readonly SlowRecord[] {
    return this.#slow;
  }

  #addFailure({ error }: ResultRow): void {
    const fields: { code?: unknown; message?: unknown } = typeof error === 'object' && error !== null ? error : {};
    const code = typeof fields.code === 'string' ? fields.code.slice(0, 60) : 'other';
    this.#failures.add(code, typeof fields.message === 'string' ? fields.message : null);
  }

  #addAttempts(attempts: number): void {
    const place = Math.min(Math.floor(attempts), mostAttempts);
    this.attempts[place] = (this.attempts[place] ?? 0) + 1;
  }

  #addOrigin(url: unknown, notOk: boolean): void {
    if (typeof url !== 'string') return;
    const named = originOf(url);
    const origin = this.#origins.has(named) || this.#origins.size < mostOrigins ? named : otherOrigins;
    const counts = this.#origins.get(origin) ?? { records: 0, notOk: 0 };
    counts.records++;
    if (notOk) counts.notOk++;
    this.#origins.set(origin, counts);
  }

  #addSlow(row: ResultRow, ms: number): void {
    const { index, status, error, method, url } = row;
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    const slow: SlowRecord = {
      index: typeof index === 'number' ? index : -1,
      ms,
      outcome: isStatus(status) ? String(status) : shortText(code),
      method: shortText(method),
      url: shortText(url),
    };
    this.#slow = [...this.#slow, slow].sort((a, b) => b.ms - a.ms).slice(0, mostSlow);
  }
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 999;
}

/** Scheme, host and port, as they stand in the URL; a relative one has none. */
function originOf(url: string): string {
  const match = /^([a-z][a-z\d+.-]*:\/\/)(?:[^/?#@]*@)?([^/?#]{0,300})/i.exec(url);
  return match === null ? '(no origin)' : `${match[1]}${match[2]}`;
}

function shortText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : '';
}
