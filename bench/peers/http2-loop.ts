// node:http2 with nothing around it: the rows of a file as POSTs on one session, the next when an answer is
// there, its body dropped. The floor for whatever stands on it. Arguments: input, url, requests in flight.

import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';

const [input = '', url = '', inFlight = '64'] = process.argv.slice(2);
const { host, pathname } = new URL(url);
const lines = readFileSync(input, 'utf8').trimEnd().split('\n');
const session = connect(url);
let next = 0;
let open = 0;

function send(): void {
  const line = lines[next++];
  if (line === undefined) {
    if (--open === 0) process.exit();
    return;
  }
  const pseudo = [':method', 'POST', ':path', pathname, ':scheme', 'https', ':authority', host];
  const length = String(Buffer.byteLength(line));
  const fields = [...pseudo, 'content-type', 'application/json', 'content-length', length];
  const stream = session.request(fields, { endStream: false });
  stream.on('response', checkStatus);
  stream.on('data', drop);
  stream.on('end', send);
  stream.end(line);
}

function checkStatus(headers: IncomingHttpHeaders): void {
  const status = Number(headers[':status']);
  if (status !== 200) throw new Error(`status ${status}`);
}

function drop(): void {}

session.once('remoteSettings', () => {
  for (; open < Number(inFlight);) {
    open++;
    send();
  }
});
