// The types that users of manyfetch/streams see. The compiler judges this file; library-types.test.ts has it do so.

import { expectTypeOf, test } from 'vitest';
import { openConnection, startServer } from '../../src/index.ts';
import type {
  Connection,
  ConnectionContext,
  ConnectionHandler,
  IncompleteReadError,
  ManyfetchError,
  OpenConnectionOptions,
  StartServerOptions,
  StreamServer,
} from '../../src/index.ts';

declare const connection: Connection;
declare const context: ConnectionContext;

// Never called: only their types matter.
const used = {
  open: () => openConnection({ port: 1 }),
  serve: () => startServer(async (peer, { signal }) => peer.readLine({ signal })),
  read: () => connection.read(),
  line: () => connection.readLine(context),
  exactly: () => connection.readExactly(4, context),
  until: () => connection.readUntil(new Uint8Array(1), { maxBytes: 1 }),
  lines: () => Array.fromAsync(connection.lines(context)),
  chunks: () => Array.fromAsync(connection),
  write: () => connection.write(new Uint8Array(1), context),
};

test('the end must be dealt with where there is one, and nowhere else', () => {
  expectTypeOf(used.read).returns.resolves.toEqualTypeOf<Uint8Array | null>();
  expectTypeOf(used.line).returns.resolves.toEqualTypeOf<string | null>();
  expectTypeOf(used.exactly).returns.resolves.toEqualTypeOf<Uint8Array>();
  expectTypeOf(used.until).returns.resolves.toEqualTypeOf<Uint8Array>();
  expectTypeOf(used.lines).returns.resolves.toEqualTypeOf<string[]>();
  expectTypeOf(used.chunks).returns.resolves.toEqualTypeOf<Uint8Array[]>();
  expectTypeOf(used.write).returns.resolves.toBeVoid();
});

test('what opens gives what can be disposed of', () => {
  expectTypeOf(used.open).returns.resolves.toEqualTypeOf<Connection>();
  expectTypeOf(used.serve).returns.resolves.toEqualTypeOf<StreamServer>();
  expectTypeOf<Connection>().toExtend<AsyncDisposable & AsyncIterable<Uint8Array>>();
  expectTypeOf<StreamServer>().toExtend<AsyncDisposable>();
  expectTypeOf<IncompleteReadError>().toExtend<ManyfetchError>();
});

test('a port is needed to connect, not to listen; options may be undefined; a handler may return anything', () => {
  // @ts-expect-error
  void ((): OpenConnectionOptions => ({ host: 'a' }));
  expectTypeOf<{
    port: number;
    host: undefined;
    tls: undefined;
    signal: undefined;
  }>().toExtend<OpenConnectionOptions>();
  expectTypeOf<{
    port: undefined;
    tls: undefined;
    onError: undefined;
    graceMs: undefined;
  }>().toExtend<StartServerOptions>();
  expectTypeOf<(peer: Connection) => Promise<string | null>>().toExtend<ConnectionHandler>();
});
