// Counts failures by kind (an HTTP status such as `503`, or an error code), with one example message each.
// It must not grow with what servers or files send: beyond `mostKinds`, failures count as `other`.

/** How often one kind of failure happened. */
export interface FailureCount {
  /** A status such as `503`, or an error code such as `timeout`. */
  readonly kind: string;
  readonly count: number;
  /** The first message of this kind, if there was one. */
  readonly example: string | null;
}

const mostKinds = 500;
const longestExample = 300;

interface Entry {
  count: number;
  readonly example: string | null;
}

/** Failures by kind. */
export class FailureTally {
  readonly #entries = new Map<string | number, Entry>();

  add(kind: string | number, message: string | null = null): void {
    const entry = this.#entries.get(kind);
    if (entry !== undefined) entry.count++;
    else if (this.#entries.size < mostKinds) this.#entries.set(kind, { count: 1, example: shorten(message) });
    else this.#addOther();
  }

  /** All kinds, the most frequent first. */
  ranked(): FailureCount[] {
    const all: FailureCount[] = [];
    for (const [kind, { count, example }] of this.#entries) all.push({ kind: String(kind), count, example });
    return all.sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));
  }

  #addOther(): void {
    const other = this.#entries.get('other');
    if (other === undefined) this.#entries.set('other', { count: 1, example: null });
    else other.count++;
  }
}

function shorten(message: string | null): string | null {
  return message === null || message.length <= longestExample ? message : `${message.slice(0, longestExample)}…`;
}
