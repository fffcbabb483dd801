// One timer for all timeouts: a hashed wheel (Varghese and Lauck, 1987). Setting and clearing cost
// O(1) and make nothing. A timeout fires at its time or up to one tick later, never earlier. Slots that are empty wake nobody.
// Invariant: the clock's timer runs exactly while the wheel holds a timeout, and keeps the process going exactly
// while it holds one that is not of the background (or for one tick more).

import type { Clock, TimerHandle } from '../clock.ts';

/** What owns a timeout. */
export interface TimeoutOwner {
  onTimeout(): void;
}

/** A timeout that can be set again and again. Make one for each owner and keep it. */
export class Timeout {
  readonly owner: TimeoutOwner;
  /** On the wheel's clock; meaningful while `next` is not null. */
  dueMs = 0;
  previous: Timeout | null = null;
  next: Timeout | null = null;
  /** The process need not go on for it. */
  readonly background: boolean;

  constructor(owner: TimeoutOwner, background = false) {
    this.owner = owner;
    this.background = background;
  }
}

const slotCount = 1024;

const nobody: TimeoutOwner = { onTimeout: () => undefined };

class Sentinel extends Timeout {
  constructor() {
    super(nobody);
    this.previous = this;
    this.next = this;
  }
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: readonly Timeout[] = Array.from({ length: slotCount }, () => new Sentinel());
  /** Ticks below this one are done. */
  #tick = 0;
  #size = 0;
  /** Those that are not of the background. */
  #needed = 0;
  #timer: TimerHandle | null = null;
  /** The tick for which the timer is set: no timeout is due before it. */
  #armedTick = Infinity;
  /** The timer, if there is one, lets the process end. */
  #isBackground = true;

  constructor(clock: Clock, tickMs = 10) {
    this.#clock = clock;
    this.#tickMs = tickMs;
  }

  /** Timeouts that are set. */
  get size(): number {
    return this.#size;
  }

  /** Sets a timeout; one that is set already is moved. `nowMs`: what the clock says, for who has just asked it. */
  set(timeout: Timeout, delayMs: number, nowMs = this.#clock.now()): void {
    this.clear(timeout);
    if (this.#size === 0) this.#tick = Math.floor(nowMs / this.#tickMs);
    timeout.dueMs = nowMs + delayMs;
    const dueTick = Math.max(Math.ceil(timeout.dueMs / this.#tickMs), this.#tick + 1);
    const slot = this.#slots[dueTick % slotCount];
    if (slot === undefined) return;
    timeout.previous = slot.previous;
    timeout.next = slot;
    if (slot.previous !== null) slot.previous.next = timeout;
    slot.previous = timeout;
    this.#size++;
    const keepsProcess = !timeout.background && this.#needed++ === 0 && this.#isBackground;
    if (keepsProcess || dueTick < this.#armedTick) this.#arm(Math.min(dueTick, this.#armedTick), nowMs);
  }

  /** Clears a timeout; one that is not set is left as it is. */
  clear(timeout: Timeout): void {
    if (timeout.next === null || timeout.previous === null) return;
    timeout.previous.next = timeout.next;
    timeout.next.previous = timeout.previous;
    timeout.previous = null;
    timeout.next = null;
    this.#size--;
    const wasLastNeeded = !timeout.background && --this.#needed === 0;
    if (this.#size === 0) this.#disarm();
    else if (wasLastNeeded && !this.#isBackground) this.#letGoSoon();
  }

  #arm(tick: number, nowMs = this.#clock.now()): void {
    this.#disarm();
    // Within one round: a later slot may be of any round, and the clock's timers end somewhere.
    this.#armedTick = Math.min(tick, this.#tick + slotCount);
    this.#isBackground = this.#needed === 0;
    this.#timer = this.#clock.setTimer(
      Math.max(1, this.#armedTick * this.#tickMs - nowMs),
      this.#turn,
      this.#isBackground,
    );
  }

  #disarm(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#armedTick = Infinity;
    this.#isBackground = true;
  }

  /** From the next tick on the process may end. Not at once: what is needed comes and goes with each request. */
  #letGoSoon(): void {
    const nowMs = this.#clock.now();
    const nextTick = Math.floor(nowMs / this.#tickMs) + 1;
    if (this.#armedTick > nextTick) this.#arm(nextTick, nowMs);
  }

  /** The first slot after this tick in which there is something, be it for a later round. */
  get #nextTick(): number {
    const end = this.#tick + slotCount;
    for (let tick = this.#tick + 1; tick < end; tick++) {
      const slot = this.#slots[tick % slotCount];
      if (slot?.next !== slot) return tick;
    }
    return end;
  }

  readonly #turn = (): void => {
    this.#disarm();
    const nowMs = this.#clock.now();
    const untilTick = Math.floor(nowMs / this.#tickMs);
    // After a long pause of the process one round visits every slot; more would see them twice.
    let tick = Math.max(this.#tick + 1, untilTick - slotCount + 1);
    for (; tick <= untilTick; tick++) this.#fire(tick, nowMs);
    this.#tick = untilTick;
    if (this.#size > 0) this.#arm(this.#nextTick);
  };

  #fire(tick: number, nowMs: number): void {
    const slot = this.#slots[tick % slotCount];
    if (slot === undefined) return;
    let timeout = slot.next;
    while (timeout !== null && timeout !== slot) {
      const { next } = timeout;
      if (timeout.dueMs <= nowMs) {
        this.clear(timeout);
        timeout.owner.onTimeout();
        // The owner may have cleared the one that followed: begin again from the slot.
        timeout = slot.next;
      } else {
        timeout = next;
      }
    }
  }
}
