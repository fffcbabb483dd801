// Servers that break the protocol or the connection, byte by byte, and what is recorded then: for a GET,
// which may be sent again, and for a POST that must not be.

import { expect, test } from 'vitest';
import {
  again,
  answer,
  drip,
  end,
  pause,
  readHead,
  readRequest,
  reset,
  send,
} from '../../src/testing/scripted-server.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import type { Script } from '../../src/testing/scripted-server.ts';
import type { RunOptions } from './try-run.ts';
import { storyOf, tryRun } from './try-run.ts';

interface Fault {
  readonly name: string;
  readonly script: Script;
  /** What a GET comes to, with one retry, and a POST at most once. */
  readonly get: string;
  readonly post: string;
  readonly message: RegExp;
  readonly options?: RunOptions;
}

const lost = 'unknown response_lost x1';
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const impatient = { timeoutMs: 400 };

const faults: readonly Fault[] = [
  {
    name: 'a reset before the answer',
    script: [readRequest, reset],
    get: 'failed connection_reset x2',
    post: lost,
    message: /reset the connection before it answered/,
  },
  {
    name: 'an end before the answer',
    script: [readRequest, end],
    get: 'failed connection_closed x2',
    post: lost,
    message: /closed the connection before it answered/,
  },
  {
    name: 'a reset in the head',
    script: [readRequest, send('HTTP/1.1 200 OK\r\ncontent-ty'), pause(20), reset],
    get: 'failed connection_reset x2',
    post: lost,
    message: /reset the connection/,
  },
  {
    name: 'a reset in the body',
    script: [readRequest, send(`${head}content-length: 100\r\n\r\npart`), pause(20), reset],
    get: 'failed body_cut x2',
    post: lost,
    message: /ended in the middle of the answer/,
  },
  {
    name: 'fewer bytes than promised',
    script: [readRequest, send(`${head}content-length: 100\r\n\r\npart`), end],
    get: 'failed body_cut x2',
    post: lost,
    message: /ended in the middle of the answer/,
  },
  {
    name: 'chunks without the last one',
    script: [readRequest, send(`${head}transfer-encoding: chunked\r\n\r\n4\r\npart\r\n`), end],
    get: 'failed body_cut x2',
    post: lost,
    message: /ended in the middle of the answer/,
  },
  {
    name: 'garbage',
    script: [readRequest, send('220 mail.test ESMTP\r\n\0\u0001\u0002\r\n\r\n'), end],
    get: 'failed protocol_error x2',
    post: lost,
    message: /is not the HTTP that was expected/,
  },
  {
    name: 'garbage in place of a chunk',
    script: [readRequest, send(`${head}transfer-encoding: chunked\r\n\r\nzzz\r\npart\r\n`), end],
    get: 'failed protocol_error x2',
    post: lost,
    message: /is not the HTTP that was expected/,
  },
  {
    name: 'no answer at all',
    script: [readRequest],
    get: 'failed timeout x2',
    post: lost,
    message: /no answer within 0\.4 s/,
    options: impatient,
  },
  {
    name: 'a body that drips',
    script: [readRequest, send(`${head}content-length: 100\r\n\r\n`), drip('x'.repeat(100), 50)],
    get: 'failed timeout x2',
    post: lost,
    message: /no complete answer within 0\.4 s/,
    options: impatient,
  },
  {
    name: 'a header section of 1 MB',
    script: [readRequest, send(`${head}x-long: ${'x'.repeat(1024 * 1024)}\r\n\r\n`)],
    get: 'failed headers_too_large x2',
    post: lost,
    message: /header section .* is too large/,
  },
];

test.concurrent.each(faults)(
  '$name: a GET is tried again, so often and no more',
  async ({ script, get, message, options }) => {
    await using server = await startScriptedServer(script);
    const { rows, statistics } = await tryRun([{ url: `${server.origin}/` }], { retries: 1, ...options });
    expect(rows.map(storyOf)).toEqual([get]);
    expect(rows[0]?.error?.message).toMatch(message);
    expect([server.requests.length, statistics.attempts, statistics.resent]).toEqual([2, 2, 0]);
  },
);

test.concurrent.each(faults)(
  '$name: a POST at most once is unknown, and was sent once',
  async ({ script, post, message, options }) => {
    await using server = await startScriptedServer(script);
    const { rows, statistics } = await tryRun([{ url: `${server.origin}/`, body: { n: 1 } }], {
      retries: 3,
      delivery: 'at-most-once',
      ...options,
    });
    expect(rows.map(storyOf)).toEqual([post]);
    expect(rows[0]?.error?.message).toMatch(message);
    expect([server.requests.length, statistics.attempts, statistics.resent]).toEqual([1, 1, 0]);
  },
);

test.concurrent('what fails at first and then works is ok', async () => {
  await using server = await startScriptedServer((connection) =>
    connection < 2 ? [readRequest, reset] : [readRequest, answer('hello')],
  );
  const { rows } = await tryRun([{ url: `${server.origin}/`, method: 'POST', body: 'x' }]);
  expect(rows.map(storyOf)).toEqual(['ok 200 x3']);
  const keys = server.requests.map((request) => /^idempotency-key: (.*)$/im.exec(request)?.[1]);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/\S/);
});

test.concurrent('a reset after the answer changes nothing', async () => {
  await using server = await startScriptedServer([readRequest, answer('hello'), pause(5), reset]);
  const { rows } = await tryRun(
    Array.from({ length: 5 }, () => ({ url: `${server.origin}/` })),
    { concurrency: 5 },
  );
  expect(rows.map(storyOf)).toEqual(Array(5).fill('ok 200 x1'));
});

test.concurrent('answers before the answer are passed over', async () => {
  const early = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n';
  await using server = await startScriptedServer([readRequest, send(early), pause(5), answer('hello', '201 Created')]);
  const { rows } = await tryRun([{ url: `${server.origin}/` }]);
  expect(rows.map(storyOf)).toEqual(['ok 201 x1']);
  expect(rows[0]?.headers).toEqual({ 'content-length': '5' });
});

test.concurrent('nothing listens: a POST never left, and is tried again even at most once', async () => {
  const server = await startScriptedServer([readHead]);
  const url = `${server.origin}/`;
  await server[Symbol.asyncDispose]();
  const { rows } = await tryRun([{ url }, { url, body: 'x', method: 'POST' }], {
    retries: 2,
    delivery: 'at-most-once',
  });
  expect(rows.map(storyOf)).toEqual(['failed connect_refused x3', 'failed connect_refused x3']);
  expect(rows[0]?.error?.message).toContain(`nothing accepts connections at 127.0.0.1:${new URL(url).port}`);
});

test.concurrent('a name that does not exist', async () => {
  const { rows } = await tryRun([{ url: 'http://nope.invalid/x' }], { retries: 1 });
  expect(rows.map(storyOf)).toEqual(['failed dns_failed x2']);
  expect(rows[0]?.error?.message).toContain('nope.invalid');
});

test.concurrent('one bad server among good ones costs the others nothing', async () => {
  await using bad = await startScriptedServer([readRequest]);
  await using good = await startScriptedServer([readRequest, answer('hello'), again]);
  const records = Array.from({ length: 20 }, (_, n) => ({ url: `${n % 4 === 0 ? bad.origin : good.origin}/${n}` }));
  const { rows } = await tryRun(records, { concurrency: 8, perOrigin: 5, retries: 0, timeoutMs: 1000 });
  expect(rows.map(storyOf)).toEqual(records.map((_, n) => (n % 4 === 0 ? 'failed timeout x1' : 'ok 200 x1')));
});
