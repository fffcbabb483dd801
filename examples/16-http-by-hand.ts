// Speaks HTTP/1.0 by hand over a stream: writes a request, reads lines up to the blank one, then the body up to the end. What is
// no request gets the 400 that it deserves.
// Run it: node examples/16-http-by-hand.ts

import { openConnection } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

const target = await startTarget();
const { hostname: host, port } = new URL(target.url);

async function ask(requestLine: string): Promise<void> {
  await using connection = await openConnection({ host, port: Number(port), readTimeoutMs: 5000 });
  await connection.write(`${requestLine}\r\nHost: ${host}\r\n\r\n`);
  await connection.drain();
  console.log(`${requestLine} -> ${await connection.readLine()}`);
  let headers = 0;
  for await (const line of connection.lines()) {
    if (line === '') break;
    headers++;
  }
  const body = new TextDecoder().decode(await connection.readAll());
  console.log(`headers: ${headers > 0}, body: ${body}`.trimEnd());
}

await ask('GET /hello/ann HTTP/1.0');
await ask('GET the page, please');
await target.close();
