// What a Node programmer writes by hand: 64 loops over the lines of a file that is held in memory, each
// `await`ing undici's `request` and reading the body. It records nothing. Arguments: input, url, loops.

import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

const [input = '', url = '', loops = '64'] = process.argv.slice(2);
const dispatcher = new Agent({ connections: Number(loops) });
const lines = readFileSync(input, 'utf8').trimEnd().split('\n').values();

async function loop(): Promise<void> {
  for (const line of lines) {
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: line,
    });
    await body.text();
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  }
}

await Promise.all(Array.from({ length: Number(loops) }, loop));
await dispatcher.close();
