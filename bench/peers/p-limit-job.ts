// The whole job with p-limit and undici, as its users write it: the lines of the input, a limit around each
// request, a stream for the results. Arguments: input, output, url, limit.

import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { loadPeer } from './load-peer.ts';

const { default: pLimit } = await loadPeer<{ default: (limit: number) => <T>(task: () => Promise<T>) => Promise<T> }>(
  'p-limit',
);
const [input = '', output = '', url = '', inFlight = '64'] = process.argv.slice(2);
const dispatcher = new Agent({ connections: Number(inFlight) });
const limit = pLimit(Number(inFlight));
const results = createWriteStream(output);

async function send(line: string, index: number): Promise<void> {
  const record = JSON.parse(line) as { id?: string };
  const begin = performance.now();
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(record),
  });
  const result = {
    index,
    id: record.id,
    result: statusCode < 300 ? 'ok' : 'failed',
    status: statusCode,
    body: await body.json(),
    ms: performance.now() - begin,
    method: 'POST',
    url,
    headers,
  };
  results.write(`${JSON.stringify(result)}\n`);
}

const lines = readFileSync(input, 'utf8').trimEnd().split('\n');
await Promise.all(lines.map((line, index) => limit(() => send(line, index))));
results.end();
await once(results, 'close');
await dispatcher.close();
