// The entry point `manyfetch/streams`: TCP and TLS connections to be read and written, and servers for them. Sorted; no logic.
// What is listed here is public from `manyfetch` too.

export { type CloseConnectionOptions, Connection, type ReadUntilOptions, type StreamAddress } from './connection.ts';
export { IncompleteReadError } from './incomplete-read-error.ts';
export { type ClientTlsOptions, openConnection, type OpenConnectionOptions } from './open-connection.ts';
export type { ConnectionContext, ConnectionHandler, ServerTlsOptions, StartServerOptions } from './server-options.ts';
export { startServer } from './start-server.ts';
export type { StreamLimits, StreamWaitOptions } from './stream-options.ts';
export { type CloseServerOptions, StreamServer, type StreamServerStatistics } from './stream-server.ts';
