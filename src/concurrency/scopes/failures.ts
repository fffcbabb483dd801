// What went wrong in a scope, in the order in which it happened, and the one error that is made of it. What must not
// happen here: that an error is lost, or told twice.

/** How many of them a message tells. */
const toldInMessage = 5;

interface Failure {
  readonly error: unknown;
  /** Of what failed. */
  readonly name: string;
}

export class Failures {
  readonly #list: Failure[] = [];
  readonly #seen = new WeakSet<object>();

  get size(): number {
    return this.#list.length;
  }

  get list(): readonly Failure[] {
    return this.#list;
  }

  /** The same object counts once: who awaits a failed task fails with its error. */
  add(error: unknown, name: string): void {
    const isObject = typeof error === 'object' && error !== null;
    if (isObject && this.#seen.has(error)) return;
    if (isObject) this.#seen.add(error);
    this.#list.push({ error, name });
  }

  /** Of a body, which awaits tasks: what one of them failed with is not another failure, be it a mere text. */
  addOfBody(error: unknown): void {
    if (!this.#list.some((known) => Object.is(known.error, error))) this.add(error, 'the body of the scope');
  }

  /** The only one as it is; of several an AggregateError, whose cause is the first. */
  toError(): unknown {
    const [first] = this.#list;
    if (this.#list.length === 1) return first?.error;
    const told = this.#list.slice(0, toldInMessage).map(({ error, name }) => `${name}: ${messageOf(error)}`);
    const rest = this.#list.length - told.length;
    const message = `${this.#list.length} failures: ${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
    const errors = this.#list.map(({ error }) => error);
    return new AggregateError(errors, message, { cause: first?.error });
  }
}

/** What an error says, in a word or a line. Never throws: whatever was thrown, somebody waits to be told of it. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that has no text';
  }
}
