// A transport alone: the rows of a file as POSTs, the next when an answer is there, its body dropped. What
// the whole job costs beyond this is the job's. Arguments: input, url, requests in flight, transport, version
// of HTTP.

import { readFileSync } from 'node:fs';
import type { ResponseHandler } from '../../src/http/transport.ts';
import type * as Bytes from '../../src/http/byte-string.ts';
import { keepHeapSmall, loadBuilt, loadTransport } from './load-build.ts';

const [input = '', url = '', inFlight = '64', kind = '', http = '1.1'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const { ByteString } = await loadBuilt<typeof Bytes>('http/byte-string.js');
// Bytes stay bytes, as in a run.
const lines = readFileSync(input, 'latin1').trimEnd().split('\n');
// Over HTTP/2 it is compared with clients that leave V8 its heap.
if (http !== '2') await keepHeapSmall();
const transport = await loadTransport(kind, { http: http === '2' ? '2' : '1.1' });
const headers = ['content-type', 'application/json'];
let next = 0;
let open = 0;

function send(): void {
  const line = lines[next++];
  if (line === undefined) {
    if (--open === 0) process.exit();
    return;
  }
  transport.send(
    { method: 'POST', origin, path: pathname, headers, body: new ByteString(line), shownUrl: url },
    handler,
  );
}

/** One for all: it keeps nothing of an answer. */
const handler: ResponseHandler = {
  onHead: (status) => {
    if (status !== 200) throw new Error(`status ${status}`);
  },
  onData: () => {},
  onEnd: send,
  onError: (error) => {
    throw error;
  },
};

for (; open < Number(inFlight);) {
  open++;
  send();
}
