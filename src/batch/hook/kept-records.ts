// A planner that keeps each record until its result is there: the engine drops a record as soon as it is planned, and a hook
// wants to see it again. What is kept is bounded by what is under way.

import type { Planned, Planner, SourceRecord } from '../../plan/planner.ts';

export class KeptRecords implements Planner {
  readonly #planner: Planner;
  readonly #records = new Map<number, SourceRecord>();

  constructor(planner: Planner) {
    this.#planner = planner;
  }

  plan(record: SourceRecord): Planned | Promise<Planned> {
    this.#records.set(record.index, record);
    return this.#planner.plan(record);
  }

  /** The record, which is kept no longer; null if it could not be read, and so was never planned. */
  take(index: number): SourceRecord | null {
    const record = this.#records.get(index) ?? null;
    this.#records.delete(index);
    return record;
  }
}
