// Begins to listen, with TLS or without. What becomes of connections is up to `stream-server.ts`.

import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { longestTimerMs } from '../concurrency/time/longest-timer.ts';
import { badValue } from '../concurrency/bad-value.ts';
import { listenAt } from './listen-at.ts';
import { checkedServer } from './server-options.ts';
import type { CheckedServer, ConnectionHandler, StartServerOptions } from './server-options.ts';
import { tlsOptions } from './server-tls.ts';
import { serverOver } from './stream-server.ts';
import type { StreamServer } from './stream-server.ts';

/** A connection on which nothing comes for so long is probed by TCP. */
const probeAfterMs = 60_000;

/**
 * Starts a server that calls a handler with each connection: `asyncio.start_server`. It listens when the promise resolves.
 *
 * Each handler is a task of its own. What one throws cuts off its connection and is told to `onError`; the others, and the server, go on.
 *
 * @throws UsageError `listen_failed` if the address is taken or not of this machine; for options that cannot be used; the reason of the signal
 * @example
 * import { openConnection, startServer } from 'manyfetch/streams';
 *
 * await using server = await startServer(
 *   async (connection) => {
 *     const name = await connection.readLine();
 *     await connection.write(`hello, ${name}\n`);
 *   },
 *   { maxConnections: 100, readTimeoutMs: 5000 },
 * );
 * await using connection = await openConnection({ host: server.host, port: server.port });
 * await connection.write('ann\n');
 * console.log(await connection.readLine()); // prints hello, ann
 */
export async function startServer(handler: ConnectionHandler, options: StartServerOptions = {}): Promise<StreamServer> {
  if (typeof handler !== 'function') throw badValue('`handler`', 'a function', handler);
  const checked = checkedServer(options);
  checked.signal?.throwIfAborted();
  const server = makeServer(checked);
  const stop = await listenAt(server, checked);
  if (checked.signal?.aborted === true) {
    await stop();
    throw checked.signal.reason;
  }
  return serverOver({ server, stop }, handler, checked);
}

function makeServer({ tls, handshakeTimeoutMs, maxConnections }: CheckedServer): Server {
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: probeAfterMs };
  const server =
    tls === undefined
      ? createServer(options)
      : process.getBuiltinModule('node:tls').createServer({
          ...options,
          ...tlsOptions(tls),
          handshakeTimeout: Math.min(handshakeTimeoutMs, longestTimerMs),
        });
  if (maxConnections !== Infinity) server.maxConnections = maxConnections;
  return server;
}
