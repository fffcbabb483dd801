// A web server with `/` and `/{name}` for thousands of users at once, on one thread, which sends their requests as well: each
// user has a connection open for the second that an answer takes. Then the same from the stand-in service, which counts by itself.
// Run it: node examples/18-a-server-on-one-thread.ts [users]

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchMany, sleep } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const users = Number(process.argv[2] ?? 2000);

const server = createServer((request, response) => {
  const name = decodeURIComponent(request.url?.slice(1) ?? '');
  if (name === '') response.end('Hello! Say /your-name.');
  else void sleep(1000).then(() => response.end(`Hello, ${name}!`));
});
let open = 0;
let mostOpen = 0;
server.on('connection', (socket) => {
  mostOpen = Math.max(mostOpen, ++open);
  socket.on('close', () => open--);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** How many get the answer that is theirs, and in which time. */
async function askForAll(path: (n: number) => string, answer: (n: number) => string): Promise<string> {
  const startMs = performance.now();
  let right = 0;
  const urls = Array.from({ length: users }, (_, n) => path(n));
  for await (const result of fetchMany(urls, { concurrency: users }))
    if (result.result === 'ok' && (await result.text()) === answer(result.index)) right++;
  return `${right} of ${users} in ${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

console.log(`/: ${await (await fetch(url)).text()}`);
const greeted = await askForAll(
  (n) => `${url}/user-${n}`,
  (n) => `Hello, user-${n}!`,
);
console.log(`/{name}: ${greeted}, ${mostOpen} connections open at once`);
server.close();
server.closeAllConnections();

const target = await startTarget();
const delayed = await askForAll(
  (n) => `${target.url}/delay/1?user=${n}`,
  () => '{"delayed":1}',
);
console.log(`the stand-in service: ${delayed}, ${target.stats().connections.maximum} connections open at once`);
await target.close();
