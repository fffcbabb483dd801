// Being told that a signal aborts, by many at once. An event target looks at all its listeners when one is added,
// and warns from eleven on; so each signal gets a single one, however many ask.
//
// Invariant: a signal has our listener exactly while somebody waits for it.

/** All that wait for one signal, in the order in which they asked. */
interface Audience {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

/**
 * Calls back once when the signal aborts; at once if it is aborted already. The callback must not throw.
 *
 * @returns takes it back; to be called when the signal matters no more, and harmless after that
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  // Its own function, so that the same callback can be given twice.
  const entry = (): void => callback();
  const { callbacks } = audienceOf(signal);
  callbacks.add(entry);
  return () => {
    if (callbacks.delete(entry) && callbacks.size === 0) dismiss(signal);
  };
}

function audienceOf(signal: AbortSignal): Audience {
  const known = audiences.get(signal);
  if (known !== undefined) return known;
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    audiences.delete(signal);
    for (const callback of callbacks) callback();
  };
  const audience = { callbacks, listener };
  audiences.set(signal, audience);
  signal.addEventListener('abort', listener, { once: true });
  return audience;
}

function dismiss(signal: AbortSignal): void {
  const audience = audiences.get(signal);
  if (audience === undefined) return;
  audiences.delete(signal);
  signal.removeEventListener('abort', audience.listener);
}
