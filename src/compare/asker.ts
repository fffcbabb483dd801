// Sends one request and looks at its answer: the part that is the same in all ways. What fails is told, never thrown.

import { Client } from '../client/client.ts';
import { messageOf } from '../concurrency/scopes/failures.ts';
import { type ComparePlan, emptyTally, type Tally } from './compare-plan.ts';
import { spendCpu } from './spend-cpu.ts';

export class Asker implements AsyncDisposable {
  readonly #plan: ComparePlan;
  readonly #client: Client;

  constructor(plan: ComparePlan) {
    this.#plan = plan;
    this.#client = new Client(plan.client);
  }

  async ask(): Promise<Tally> {
    const failure = await this.#answer();
    if (failure !== null) return { ...emptyTally, failed: 1, failure };
    spendCpu(this.#plan.workMs);
    return { ...emptyTally, answered: 1 };
  }

  /** Opens a connection, and has the code compiled; no work is spent on the answer. */
  async warmUp(): Promise<void> {
    await this.#answer();
  }

  /** What was wrong with it; null: nothing. */
  async #answer(): Promise<string | null> {
    const { url, bodyBytes } = this.#plan;
    try {
      const response = await this.#client.get(url);
      if (!response.ok) return `the server answered ${response.status}`;
      const { byteLength } = await response.bytes();
      if (bodyBytes === null || byteLength === bodyBytes) return null;
      return `an answer had ${byteLength} bytes instead of ${bodyBytes}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}
