// The wire over HTTP/2 keeps the contract of all transports, and passes the suite for HTTP/2.

import { describeHttp2 } from '../../testing/http2-conformance.ts';
import { startHttp2 } from '../../testing/http2-server.ts';
import type { OnStream } from '../../testing/http2-server.ts';
import { describeContract } from '../../testing/transport-contract.ts';
import { createWireTransport } from '../pool/wire-transport.ts';

describeHttp2('wire', createWireTransport);

const longBytes = 4 * 1024 * 1024;

const answer: OnStream = (stream, headers) => {
  const path = headers[':path'];
  if (path === '/all') {
    stream.additionalHeaders({ ':status': 103, link: '</a>' });
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '5' }));
    stream.end('hello');
  } else if (path === '/ok' || path === '/long') {
    stream.respond({ ':status': 200, 'X-Kind': 'plain' });
    stream.end(path === '/ok' ? 'hello' : 'x'.repeat(longBytes));
  } else if (path === '/drop') {
    stream.session?.socket.destroy();
  } else if (path === '/cut') {
    stream.respond({ ':status': 200 });
    stream.write('par', () => setImmediate(() => stream.session?.destroy()));
  }
};

describeContract('wire over HTTP/2', async () => {
  const server = await startHttp2(answer, {}, false);
  return {
    transport: createWireTransport({ http: '2' }),
    origin: server.origin,
    close: async () => {
      await server[Symbol.asyncDispose]();
    },
  };
});
