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
  /** Calls back once after at least `delayMs`. `background`: the process need not go on for it. */
  setTimer(delayMs: number, callback: () => void, background?: boolean): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /** Calls back once, when the events that are at hand have been handled. */
  soon(callback: () => void): void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (delayMs, callback, background) => {
    const timer = setTimeout(callback, delayMs);
    return background === true ? timer.unref() : timer;
  },
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout),
  soon: (callback) => {
    setImmediate(callback);
  },
};
