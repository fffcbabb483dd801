// What a Node programmer writes with one of the HTTP clients: loops that take the next row when their answer
// has been read as text. `fetchMany` and p-limit do without loops: they have limits of their own. Nothing is
// recorded. Arguments: client, url, count, requests in flight, and perhaps a file of rows, each sent as a
// JSON POST; without one, GETs.

import { readFileSync } from 'node:fs';
import { Agent, request, setGlobalDispatcher } from 'undici';
import type * as Manyfetch from '../../src/index.ts';
import { loadBuilt } from './load-build.ts';
import { loadPeer } from './load-peer.ts';

/** Sends one row, or a GET for null, and reads the answer as text. */
type Send = (body: string | null) => Promise<unknown>;

const [client = '', url = '', countText = '0', inFlightText = '64', input] = process.argv.slice(2);
const count = Number(countText);
const inFlight = Number(inFlightText);
const json = { 'content-type': 'application/json' };

function* rows(): Generator<string | null> {
  if (input === undefined) for (let sent = 0; sent < count; sent++) yield null;
  else yield* readFileSync(input, 'utf8').trimEnd().split('\n');
}

/** What `send` needs more of than its client gives by itself. */
const asPost = (body: string | null): { method: string; headers?: typeof json; body?: string } =>
  body === null ? { method: 'GET' } : { method: 'POST', headers: json, body };

async function undici(options: Agent.Options = { connections: inFlight }): Promise<Send> {
  const dispatcher = new Agent(options);
  return async (body) => {
    const answer = await request(url, { dispatcher, ...asPost(body) });
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    return answer.body.text();
  };
}

const clients: Readonly<Record<string, () => Promise<Send>>> = {
  undici,
  // As few connections as the streams that it has on one need.
  'undici-http2': () => undici({ allowH2: true, connections: Math.ceil(inFlight / 100) }),
  fetch: async () => {
    setGlobalDispatcher(new Agent({ connections: inFlight }));
    return async (body) => (await fetch(url, asPost(body))).text();
  },
  ky: async () => {
    const { default: ky } = await loadPeer<{ default: (url: string, options: object) => { text(): Promise<string> } }>(
      'ky',
    );
    return (body) => ky(url, asPost(body)).text();
  },
  got: async () => {
    const { default: got } = await loadPeer<{ default: (url: string, options: object) => { text(): Promise<string> } }>(
      'got',
    );
    const { Agent: HttpAgent } = await import('node:http');
    const agent = { http: new HttpAgent({ keepAlive: true, maxSockets: inFlight }) };
    return (body) => got(url, { agent, ...asPost(body) }).text();
  },
};

async function loops(send: Send): Promise<void> {
  const iterator = rows();
  const loop = async (): Promise<void> => {
    for (const body of iterator) await send(body);
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
}

async function limited(): Promise<void> {
  const { default: pLimit } = await loadPeer<{ default: (limit: number) => <T>(task: () => Promise<T>) => Promise<T> }>(
    'p-limit',
  );
  const send = await undici();
  const limit = pLimit(inFlight);
  await Promise.all(Array.from(rows(), (body) => limit(() => send(body))));
}

function* requests(): Generator<Manyfetch.SourceItem> {
  for (const body of rows()) yield body === null ? url : { url, headers: json, body };
}

/** Further options stand in MANYFETCH_OPTIONS, as JSON. */
async function ours(): Promise<void> {
  const { fetchMany } = await loadBuilt<typeof Manyfetch>('index.js');
  const further = JSON.parse(process.env['MANYFETCH_OPTIONS'] ?? '{}') as object;
  for await (const result of fetchMany(requests(), { concurrency: inFlight, http: '1.1', ...further })) {
    if (result.result !== 'ok') throw new Error(result.error.message);
    await result.text();
  }
}

if (client === 'fetchMany') await ours();
else if (client === 'p-limit') await limited();
else {
  const open = clients[client];
  if (open === undefined) throw new Error(`no client "${client}"`);
  await loops(await open());
}
// Idle connections need not be waited for.
process.exit();
