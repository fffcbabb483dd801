// The entry point `manyfetch/streams`: TCP and TLS connections to be read and written, and servers for them. Sorted; no logic.
// What is listed here is public from `manyfetch` too.

export { Connection } from './connection.ts';
export { IncompleteReadError } from './incomplete-read-error.ts';
export { openConnection, type OpenConnectionOptions } from './open-connection.ts';
export type { ConnectionContext, ConnectionHandler, StartServerOptions } from './server-options.ts';
export type { ServerTlsOptions } from './server-tls.ts';
export { startServer } from './start-server.ts';
export type { ClientTlsOptions, StartTlsOptions } from './start-tls.ts';
export type {
  CloseConnectionOptions,
  ReadUntilOptions,
  StreamAddress,
  StreamLimits,
  StreamWaitOptions,
} from './stream-options.ts';
export { type CloseServerOptions, StreamServer, type StreamServerStatistics } from './stream-server.ts';
