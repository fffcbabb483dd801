// Counts what the stand-in service received, exactly, so that a test can tell what was sent twice.
// It must stay cheap: every request passes here. Idempotency keys and record names are bounded by
// `nameLimit`; what lies beyond is counted as `untracked`, never lost.

import { ArrivalWindows, type ArrivalsSummary } from './arrival-windows.ts';
import { PathTallies, type PathTally } from './path-tallies.ts';

/** How often the values of one header were seen. */
export interface SeenSummary {
  readonly distinct: number;
  /** Values that were seen more than once. */
  readonly repeated: number;
  /** How often the value that was seen most was seen. */
  readonly maximum: number;
  /** Requests with a value that could not be kept, since there were too many. */
  readonly untracked: number;
}

/** What `/stats` shows. */
export interface TargetStatistics {
  /** Requests whose head arrived. */
  readonly total: number;
  /** Answers that were handed to the socket to the last byte. */
  readonly completed: number;
  readonly inFlight: { readonly now: number; readonly maximum: number };
  readonly connections: { readonly opened: number; readonly open: number; readonly maximum: number };
  readonly byMethod: Readonly<Record<string, number>>;
  /** By status of the answer, or by the misbehaviour that took its place, e.g. `reset`. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Without the query; beyond 10,000 paths the rest is `other`. */
  readonly byPath: Readonly<Record<string, number>>;
  /** The most in flight at once, of the same paths. */
  readonly mostByPath: Readonly<Record<string, number>>;
  readonly arrivals: ArrivalsSummary;
  /** Requests that a limit, a rate or an outage turned away. */
  readonly refused: number;
  /** Requests that came to a path more than 500 ms after it had asked to wait, before that time was over. */
  readonly early: number;
  /** Of the header `Idempotency-Key`. */
  readonly keys: SeenSummary;
  /** Of the header `X-Record`. `manyKeys`: records that came with more than one idempotency key. */
  readonly records: SeenSummary & { readonly manyKeys: number };
  /** With `keys` asked for: every key. */
  readonly byKey?: Readonly<Record<string, number>>;
  /** With `records: 'repeated'`: records seen more than once, count per method; with `'all'`: every record. */
  readonly byRecord?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** With `records` asked for: the keys of the records that came with more than one. */
  readonly keysOfRecord?: Readonly<Record<string, readonly string[]>>;
}

/** What to show besides the summary. */
export interface StatisticsDetail {
  readonly keys?: boolean;
  readonly records?: 'repeated' | 'all';
}

interface SeenRecord {
  total: number;
  readonly methods: Map<string, number>;
  firstKey: string | null;
  /** All keys, once there is a second one. */
  keys: Set<string> | null;
}

export class Counters {
  readonly #nameLimit: number;
  #total = 0;
  #completed = 0;
  #inFlight = 0;
  #inFlightMaximum = 0;
  #opened = 0;
  #open = 0;
  #openMaximum = 0;
  #refused = 0;
  #untrackedKeys = 0;
  #untrackedRecords = 0;
  readonly #methods = new Map<string, number>();
  readonly #statuses = new Map<number | string, number>();
  readonly #paths = new PathTallies();
  readonly #arrivals = new ArrivalWindows();
  readonly #keys = new Map<string, number>();
  readonly #records = new Map<string, SeenRecord>();

  constructor(nameLimit: number) {
    this.#nameLimit = nameLimit;
  }

  connectionOpened(): void {
    this.#opened++;
    if (++this.#open > this.#openMaximum) this.#openMaximum = this.#open;
  }

  connectionClosed(): void {
    this.#open--;
  }

  /** The head of a request has arrived. What this gives is to be handed to `left`. */
  arrived(nowMs: number, method: string, path: string, key?: string, record?: string): PathTally {
    this.#total++;
    this.#arrivals.add(nowMs);
    if (++this.#inFlight > this.#inFlightMaximum) this.#inFlightMaximum = this.#inFlight;
    add(this.#methods, method);
    if (key !== undefined) this.#keySeen(key);
    if (record !== undefined) this.#recordSeen(record, method, key);
    return this.#paths.arrived(path, nowMs);
  }

  /** A request was answered with this status, or with the misbehaviour of this name. */
  answered(status: number | string): void {
    add(this.#statuses, status);
  }

  /** A request is turned away by a limit; with `waitMs` its path asks to wait so long. */
  refused(nowMs: number, path: string, waitMs: number | null): void {
    this.#refused++;
    if (waitMs !== null) this.#paths.askedToWait(path, nowMs, waitMs);
  }

  /** A request is over; `completed` if its answer was handed over whole. */
  left(tally: PathTally, completed: boolean): void {
    this.#inFlight--;
    this.#paths.left(tally);
    if (completed) this.#completed++;
  }

  /** Forgets what was; what is open or in flight goes on being counted. */
  reset(): void {
    this.#total = this.#completed = this.#opened = this.#refused = 0;
    this.#untrackedKeys = this.#untrackedRecords = 0;
    this.#inFlightMaximum = this.#inFlight;
    this.#openMaximum = this.#open;
    this.#paths.reset();
    this.#arrivals.reset();
    for (const map of [this.#methods, this.#statuses, this.#keys, this.#records]) map.clear();
  }

  statistics(detail: StatisticsDetail = {}): TargetStatistics {
    return {
      total: this.#total,
      completed: this.#completed,
      inFlight: { now: this.#inFlight, maximum: this.#inFlightMaximum },
      connections: { opened: this.#opened, open: this.#open, maximum: this.#openMaximum },
      byMethod: Object.fromEntries(this.#methods),
      byStatus: Object.fromEntries(this.#statuses),
      byPath: this.#paths.requests(),
      mostByPath: this.#paths.mostInFlight(),
      arrivals: this.#arrivals.summary(),
      refused: this.#refused,
      early: this.#paths.early,
      keys: summary(this.#keys.values(), this.#keys.size, this.#untrackedKeys),
      records: {
        ...summary(this.#recordTotals(), this.#records.size, this.#untrackedRecords),
        manyKeys: [...this.#records.values()].filter((seen) => seen.keys !== null).length,
      },
      ...(detail.keys === true ? { byKey: Object.fromEntries(this.#keys) } : {}),
      ...(detail.records === undefined ? {} : this.#recordDetail(detail.records === 'all')),
    };
  }

  #keySeen(key: string): void {
    const count = this.#keys.get(key);
    if (count === undefined && this.#keys.size >= this.#nameLimit) this.#untrackedKeys++;
    else this.#keys.set(key, (count ?? 0) + 1);
  }

  #recordSeen(name: string, method: string, key: string | undefined): void {
    let seen = this.#records.get(name);
    if (seen === undefined) {
      if (this.#records.size >= this.#nameLimit) {
        this.#untrackedRecords++;
        return;
      }
      seen = { total: 0, methods: new Map(), firstKey: null, keys: null };
      this.#records.set(name, seen);
    }
    seen.total++;
    add(seen.methods, method);
    if (key === undefined || key === seen.firstKey) return;
    if (seen.firstKey === null) seen.firstKey = key;
    else seen.keys = (seen.keys ?? new Set([seen.firstKey])).add(key);
  }

  *#recordTotals(): Generator<number> {
    for (const seen of this.#records.values()) yield seen.total;
  }

  #recordDetail(all: boolean): Pick<TargetStatistics, 'byRecord' | 'keysOfRecord'> {
    const byRecord: [string, Record<string, number>][] = [];
    const keysOfRecord: [string, string[]][] = [];
    for (const [name, seen] of this.#records) {
      if (all || seen.total > 1) byRecord.push([name, Object.fromEntries(seen.methods)]);
      if (seen.keys !== null) keysOfRecord.push([name, [...seen.keys]]);
    }
    return { byRecord: Object.fromEntries(byRecord), keysOfRecord: Object.fromEntries(keysOfRecord) };
  }
}

function add<K>(counts: Map<K, number>, name: K): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function summary(counts: Iterable<number>, distinct: number, untracked: number): SeenSummary {
  let repeated = 0;
  let maximum = 0;
  for (const count of counts) {
    if (count > 1) repeated++;
    if (count > maximum) maximum = count;
  }
  return { distinct, repeated, maximum, untracked };
}
