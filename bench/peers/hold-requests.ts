// Has as many requests in flight as it is told to by messages, and ends when all are answered. It records
// nothing. Arguments: url, and who sends: `bare` sockets, or one of our transports.

import { connect } from 'node:net';
import type { ResponseHandler } from '../../src/http/transport.ts';
import { keepHeapSmall, loadTransport } from './load-build.ts';

const [url = '', kind = ''] = process.argv.slice(2);
const { origin, hostname, port, host, pathname } = new URL(url);
let inFlight = 0;

function answered(): void {
  if (--inFlight === 0) process.exit();
}

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** An answer of the target comes in one piece. */
const onread = {
  buffer: Buffer.allocUnsafe(65_536),
  callback: (): boolean => {
    answered();
    return true;
  },
};

function ofBareSocket(): void {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
  socket.on('error', fail);
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`, 'latin1');
}

async function ofTransport(): Promise<() => void> {
  const transport = await loadTransport(kind, { http: '1.1', connectTimeoutMs: 60_000 });
  const handler: ResponseHandler = { onHead: () => {}, onData: () => {}, onEnd: answered, onError: fail };
  const request = { method: 'GET', origin, path: pathname, headers: [], body: null, shownUrl: url };
  return () => transport.send(request, handler);
}

await keepHeapSmall();
const send = kind === 'bare' ? ofBareSocket : await ofTransport();
process.on('message', (wanted: number) => {
  for (; inFlight < wanted; inFlight++) send();
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
