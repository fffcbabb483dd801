// Nothing of a credential is to be found in what a run leaves behind or shows, however its requests
// went: not as it was given, not encoded.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttpProxy } from '../../src/testing/test-proxy.ts';
import type { RunOptions } from './try-run.ts';
import { tryRun } from './try-run.ts';

const secret = 'hush hush/ü+1';
const encodings = [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).replaceAll('%20', '+'),
  encodeURI(secret),
  Buffer.from(secret).toString('latin1'),
  'hush',
];
const base64Of = (text: string): string => Buffer.from(text).toString('base64').slice(0, 12);
const found = (text: string, more: readonly string[] = []): string[] =>
  [...encodings, ...more].filter((form) => text.includes(form));

let server: Server;
let other: Server;
let origin = '';
let otherOrigin = '';
let seen: string[] = [];

beforeAll(async () => {
  server = await listening(serve);
  other = await listening((_request, response) => response.end('elsewhere'));
  origin = originOf(server);
  otherOrigin = originOf(other);
});
afterAll(() => {
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});

async function listening(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const made = createServer(handle);
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve);
  });
  return made;
}

function originOf(made: Server): string {
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** Paths that a run may meet; redirects repeat the query, as servers that add a slash do. */
const ways = ['ok', 'fail', 'refuse', 'drop', 'slash', 'moved', 'loop', 'nowhere', 'lost'];

function serve(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  seen.push(`${url} ${request.headers.authorization ?? ''} ${String(request.headers['x-note'])}`);
  const query = url.slice(url.indexOf('?'));
  const way = /[a-z]+/.exec(url)?.[0];
  const to = (location: string): void => void response.writeHead(302, { location }).end();
  if (way === 'ok' || url.startsWith('/slash/')) response.end('{"fine":true}');
  else if (way === 'fail') response.writeHead(500).end('no');
  else if (way === 'refuse') response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  else if (way === 'drop') request.socket.destroy();
  else if (way === 'slash') to(`/slash/${query}`);
  else if (way === 'moved') to(`${otherOrigin}/${query}`);
  else if (way === 'loop') to(url);
  else if (way === 'nowhere') to(`ftp://files.test/${query}`);
  else if (way === 'lost') response.writeHead(304, { location: url, link: `<${url}>` }).end();
}

const base: RunOptions = { retries: 1, redirects: 3, timeoutMs: 5000, delivery: 'at-most-once' };
const records = ways.map((way) => ({ way, url: `/${way}?n=1` }));

/** All ways there are, with requests made by options. */
async function tracesOf(options: RunOptions, env: Record<string, string> = {}): Promise<string> {
  seen = [];
  const run = await tryRun(records, { ...base, ...options }, env);
  expect(new Set(run.rows.map(({ result }) => result)).size).toBeGreaterThanOrEqual(2);
  expect(run.rows).toHaveLength(ways.length);
  return run.traces;
}

test('a value of the environment, wherever it is placed', async () => {
  const env = { KEY: secret };
  const text = await tracesOf(
    {
      url: `${origin}/{{way}}?key={{$env.KEY}}`,
      json: '{"key":"{{$env.KEY}}"}',
      method: 'POST',
      headers: ['X-Note: {{$env.KEY}}'],
    },
    env,
  );
  expect(seen.some((line) => line.includes(encodeURIComponent(secret)))).toBe(true);
  expect(found(text)).toEqual([]);
  expect(text).toContain('***');
});

test('a value of the environment in the path, of a GET', async () => {
  const text = await tracesOf({ url: `${origin}/{{way}}/{{$env.KEY}}?n=1` }, { KEY: secret });
  expect(seen.some((line) => line.includes('hush'))).toBe(true);
  expect(found(text)).toEqual([]);
});

test('a bearer token', async () => {
  const text = await tracesOf({ baseUrl: origin, bearer: 'hush-token', method: 'POST', url: '/{{way}}' });
  expect(seen[0]).toContain('Bearer hush-token');
  expect(found(text)).toEqual([]);
});

test('a password', async () => {
  const text = await tracesOf({ url: `${origin}/{{way}}`, user: `ann:${secret}` });
  expect(seen[0]).toContain(`Basic ${base64Of(`ann:${secret}`)}`);
  expect(found(text, [base64Of(`ann:${secret}`)])).toEqual([]);
});

test('user info of URLs: of a template, of a base, of records', async () => {
  const named = origin.replace('//', `//ann:${encodeURIComponent(secret)}@`);
  const inRecords = await tryRun(
    [
      ...ways.map((way) => ({ url: `${named}/${way}` })),
      { url: `${named}/silent`, timeoutMs: 100 },
      { url: 'ftp://ann:hush@files.test/' },
      { url: 'http://ann:hush@:80/' },
    ],
    base,
  );
  expect(inRecords.rows.at(-1)?.error?.code).toBe('bad_url');
  for (const text of [
    await tracesOf({ url: `${named}/{{way}}` }),
    await tracesOf({ baseUrl: named, url: '/{{way}}', method: 'POST' }),
    inRecords.traces,
  ]) {
    expect(found(text, [base64Of(`ann:${secret}`)])).toEqual([]);
  }
  expect(seen[0]).toContain(`Basic ${base64Of(`ann:${secret}`)}`);
});

test('the password of a proxy, whether it lets requests through or not', async () => {
  const { port } = server.address() as AddressInfo;
  for (const [credentials, result] of [
    [`pat:${secret}`, 'ok'],
    ['pat:another', 'failed'],
  ] as const) {
    await using proxy = await startHttpProxy(port, credentials);
    const run = await tryRun(records, {
      ...base,
      url: 'http://a.test/{{way}}',
      proxy: `http://pat:${encodeURIComponent(secret)}@127.0.0.1:${proxy.port}`,
    });
    expect(run.rows[0]?.result).toBe(result);
    expect(proxy.asked[0]).toContain(`as pat:${secret}`);
    expect(found(run.traces, [base64Of(`pat:${secret}`)])).toEqual([]);
  }
});
