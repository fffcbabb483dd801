// How many things happened when, over a time span that nobody knows beforehand, in bounded memory.
// Times may come in any order. When the span outgrows the slots, neighbours are merged in pairs.
// Invariant: at most `mostSlots` counters, all of the same width, aligned to multiples of it.

const mostSlots = 128;
const narrowestMs = 250;

/** Counts over time. */
export class TimeSeries {
  #widthMs = narrowestMs;
  #slots = new Map<number, number>();
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** The earliest and the latest time; `Infinity` and `-Infinity` if there is none. */
  get firstMs(): number {
    return this.#firstMs;
  }

  get lastMs(): number {
    return this.#lastMs;
  }

  /** Counts one event at `atMs`, milliseconds since the epoch. */
  add(atMs: number): void {
    if (atMs < this.#firstMs) this.#firstMs = atMs;
    if (atMs > this.#lastMs) this.#lastMs = atMs;
    while (this.#slotOf(this.#lastMs) - this.#slotOf(this.#firstMs) >= mostSlots) this.#widen();
    const slot = this.#slotOf(atMs);
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + 1);
  }

  /** Events per second, slot after slot from the first to the last; at most `most` of them. */
  perSecond(most: number): number[] {
    if (this.#slots.size === 0) return [];
    let slots = this.#slots;
    let widthMs = this.#widthMs;
    const spanOf = (): number => Math.floor(this.#lastMs / widthMs) - Math.floor(this.#firstMs / widthMs) + 1;
    while (spanOf() > Math.max(2, most)) {
      slots = paired(slots);
      widthMs *= 2;
    }
    const first = Math.floor(this.#firstMs / widthMs);
    return Array.from({ length: spanOf() }, (_, at) => ((slots.get(first + at) ?? 0) * 1000) / widthMs);
  }

  #slotOf(atMs: number): number {
    return Math.floor(atMs / this.#widthMs);
  }

  #widen(): void {
    this.#slots = paired(this.#slots);
    this.#widthMs *= 2;
  }
}

function paired(slots: ReadonlyMap<number, number>): Map<number, number> {
  const wider = new Map<number, number>();
  for (const [slot, count] of slots) wider.set(Math.floor(slot / 2), (wider.get(Math.floor(slot / 2)) ?? 0) + count);
  return wider;
}
