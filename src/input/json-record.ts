// A line that is JSON, and of which no more is known: most runs send it as it is, and look at its id at most.
// What else is asked for is found out then. Its bytes are kept as a text of one character a byte.

import { Buffer } from 'node:buffer';
import type { GoodRecord } from './reader.ts';

/** What somebody wanted of a record: then those that follow had better have it at once. */
export interface Demand {
  values: boolean;
  bytes: boolean;
}

export class JsonRecord implements GoodRecord {
  readonly kind = 'record';
  readonly index: number;
  readonly line: number;
  readonly plainId: string | null | undefined;
  readonly #bytes: string;
  readonly #demand: Demand;
  #value: unknown = undefined;

  /** @param bytes JSON in UTF-8, one character a byte */
  constructor(index: number, line: number, bytes: string, plainId: string | null | undefined, demand: Demand) {
    this.index = index;
    this.line = line;
    this.#bytes = bytes;
    this.plainId = plainId;
    this.#demand = demand;
  }

  get bytes(): string {
    this.#demand.bytes = true;
    return this.#bytes;
  }

  get text(): string {
    return Buffer.from(this.#bytes, 'latin1').toString('utf8');
  }

  get value(): unknown {
    if (this.#value === undefined) {
      this.#demand.values = true;
      this.#value = JSON.parse(this.text) as unknown;
    }
    return this.#value;
  }
}
