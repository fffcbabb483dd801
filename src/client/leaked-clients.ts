// Finds clients that were dropped without being closed, and says so once for each, with the place where it was opened. Their
// connections are closed then.

import type { Session } from './session/session.ts';

interface OpenClient {
  readonly session: Session;
  /** The stack of its constructor, as text: as an object it would keep the client alive. */
  readonly stack: string;
}

const leaked = new FinalizationRegistry<OpenClient>(({ session, stack }) => {
  if (!session.isClosed && session.wasUsed) {
    const where = stack.split('\n').slice(1).join('\n');
    process.emitWarning(
      `A Client was dropped without being closed. Use \`await using client = new Client()\`, or call \`close()\`. It was opened\n${where}`,
      { type: 'UnclosedClientWarning', code: 'MANYFETCH_UNCLOSED_CLIENT' },
    );
  }
  void session.close();
});

/** Watches a client until it is closed. */
export function watchForLeak(client: WeakKey, session: Session): void {
  const place: { stack?: string } = {};
  Error.captureStackTrace(place, client.constructor);
  leaked.register(client, { session, stack: place.stack ?? '' }, session);
}

/** It was closed. */
export function closedInTime(session: Session): void {
  leaked.unregister(session);
}
