// A class of one's own whose `run` is the work: a task is spawned for it, and joined by awaiting it.
// Run it: node examples/21-a-task-of-ones-own.ts

import { Client, openScope, type TaskContext } from '../src/index.ts';
import { startTarget } from '../src/target/start-target.ts';

class Download {
  readonly client: Client;
  readonly path: string;
  bytes = 0;

  constructor(client: Client, path: string) {
    this.client = client;
    this.path = path;
  }

  async run({ signal }: TaskContext): Promise<string> {
    const response = await this.client.get(this.path, { signal });
    this.bytes = (await response.bytes()).length;
    return `${this.path} ${response.status}`;
  }
}

const target = await startTarget();
await using client = new Client({ baseUrl: target.url });
await using scope = openScope();
const downloads = ['/bytes/1000', '/bytes/20'].map((path) => new Download(client, path));
const tasks = downloads.map((download) => scope.spawn((context) => download.run(context), { name: download.path }));
for (const task of tasks) console.log(await task);
console.log(`${downloads.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`);
await target.close();
