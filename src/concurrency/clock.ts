// Time, as everything here sees it. No other file may ask the system for the time or set a timer,
// so that tests can hold time still and move it.

/** A timer that has not fired. Opaque. */
export type TimerHandle = object;

/** Where time comes from. */
export interface Clock {
  /** Monotonic, in milliseconds with a fraction. Only differences mean something. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallNow(): number;
  /** Calls back once after at least `delayMs`. */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /** Calls back once, when the events that are at hand have been handled. */
  soon(callback: () => void): void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (delayMs, callback) => setTimeout(callback, delayMs),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout),
  soon: (callback) => {
    setImmediate(callback);
  },
};
