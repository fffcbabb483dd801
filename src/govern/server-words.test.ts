import { expect, test } from 'vitest';
import { ServerWords } from './server-words.ts';

/** Sat, 21 Nov 2026 10:00:00 GMT, in the server's clock and in ours. */
const wallMs = Date.UTC(2026, 10, 21, 10, 0, 0);
const epoch = wallMs / 1000;
const date = 'Sat, 21 Nov 2026 10:00:00 GMT';

/** What follows for requests of cost 1 from one answer that came at 0 ms, with nothing else in flight. */
function heard(status: number, text: string, cost = 1) {
  const words = new ServerWords();
  const headers = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  const said = words.hear(status, headers, 0, wallMs, 0);
  let more = 0;
  while (more < 100_000 && words.waitMs(0, cost) === 0) {
    words.take(0, cost);
    more++;
  }
  const waitMs = words.waitMs(0, cost);
  return { said, more: more === 100_000 ? Infinity : more, waitMs, reason: waitMs > 0 ? words.reason : null };
}

const free = { more: Infinity, waitMs: 0, reason: null };
const quota = (more: number, waitMs: number) => ({ said: true, more, waitMs, reason: 'quota' });
const pause = (waitMs: number) => ({ said: true, more: 0, waitMs, reason: 'retry-after' });

test.each([
  ['nothing', 200, 'server: nginx\ncontent-type: text/html\nx-request-id: 7\nage: 0', { said: false, ...free }],
  [
    'GitHub, some left',
    200,
    `date: ${date}\nx-ratelimit-limit: 5000\nx-ratelimit-remaining: 4987\nx-ratelimit-reset: ${epoch + 600}
     x-ratelimit-used: 13\nx-ratelimit-resource: core`,
    quota(4987, 600_000),
  ],
  [
    'GitHub, used up, 403',
    403,
    `date: ${date}\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 0\nx-ratelimit-reset: ${epoch + 1234}
     x-ratelimit-used: 60\nx-ratelimit-resource: core`,
    quota(0, 1_234_000),
  ],
  [
    'GitHub, secondary limit',
    403,
    `x-ratelimit-limit: 5000\nx-ratelimit-remaining: 4900\nx-ratelimit-reset: ${epoch + 600}\nretry-after: 60`,
    pause(60_000),
  ],
  [
    'OpenAI',
    200,
    `openai-processing-ms: 1032\nx-ratelimit-limit-requests: 60\nx-ratelimit-limit-tokens: 150000
     x-ratelimit-remaining-requests: 59\nx-ratelimit-remaining-tokens: 149984
     x-ratelimit-reset-requests: 1s\nx-ratelimit-reset-tokens: 6m0s`,
    quota(59, 1000),
  ],
  [
    'OpenAI, milliseconds, by usage',
    200,
    `x-ratelimit-limit-requests: 5000\nx-ratelimit-remaining-requests: 4999\nx-ratelimit-reset-requests: 12ms
     x-ratelimit-remaining-tokens_usage_based: 2\nx-ratelimit-reset-tokens_usage_based: 9ms`,
    quota(2, 9),
  ],
  [
    'OpenAI, refused: what to wait for is Retry-After, not when the bucket is full',
    429,
    `retry-after-ms: 1730\nretry-after: 2\nx-ratelimit-limit-tokens: 150000\nx-ratelimit-remaining-tokens: 12
     x-ratelimit-reset-tokens: 6m0s\nx-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 1m26.4s`,
    pause(2000),
  ],
  ['Azure', 429, 'retry-after-ms: 1730.5\nx-ratelimit-remaining-tokens: 0', pause(1731)],
  ['Cosmos DB', 429, 'x-ms-retry-after-ms: 100\nx-ms-substatus: 3200', pause(100)],
  [
    'Anthropic',
    200,
    `date: ${date}\nanthropic-ratelimit-requests-limit: 50\nanthropic-ratelimit-requests-remaining: 49
     anthropic-ratelimit-requests-reset: 2026-11-21T10:00:01Z\nanthropic-ratelimit-tokens-limit: 80000
     anthropic-ratelimit-tokens-remaining: 80000\nanthropic-ratelimit-tokens-reset: 2026-11-21T10:00:00Z
     anthropic-ratelimit-input-tokens-limit: 40000\nanthropic-ratelimit-input-tokens-remaining: 0
     anthropic-ratelimit-input-tokens-reset: 2026-11-21T11:00:12.5+01:00`,
    quota(0, 12_500),
  ],
  [
    'Anthropic, refused',
    429,
    `retry-after: 7\nanthropic-ratelimit-requests-remaining: 49\nanthropic-ratelimit-requests-reset: 2026-11-21T10:00:01Z
     anthropic-ratelimit-output-tokens-remaining: 0\nanthropic-ratelimit-output-tokens-reset: 2026-11-21T10:04:01Z
     anthropic-ratelimit-unified-7d-reset: ${epoch + 500_000}`,
    pause(7000),
  ],
  ['the draft: default', 200, 'ratelimit: "default";r=50;t=30', quota(50, 30_000)],
  ['the draft: used up, and served', 200, 'ratelimit: "default";r=0;t=50', quota(0, 50_000)],
  [
    'the draft: two policies, one limit',
    200,
    'ratelimit-policy: "hour";q=1000;w=3600, "day";q=5000;w=86400\nratelimit: "day";r=100;t=36000',
    quota(100, 36_000_000),
  ],
  [
    'the draft: two limits, the nearer one',
    200,
    'ratelimit-policy: "permin";q=50;w=60,"perhr";q=1000;w=3600\nratelimit: "permin";r=9;t=20, "perhr";r=7;t=900',
    quota(7, 900_000),
  ],
  [
    'the draft: two limits, both used up',
    200,
    'ratelimit: "permin";r=0;t=20\nratelimit: "perhr";r=0;t=900',
    quota(0, 900_000),
  ],
  ['the draft: without a reset', 200, 'ratelimit: "default";r=999;pk=:dHJpYWwxMjEzMjM=:', { said: false, ...free }],
  [
    'the draft: the window of the policy for a reset',
    200,
    'ratelimit-policy: "a";q=10;w=60\nratelimit: "a";r=3',
    quota(3, 60_000),
  ],
  [
    'the draft: bytes count only when none are left',
    200,
    'ratelimit-policy: "peruser";q=65535;qu="content-bytes";w=10;pk=:sdfjLJUOUH==:\nratelimit: "peruser";r=1;t=9',
    { said: true, ...free },
  ],
  [
    'the draft: Retry-After for the same moment',
    429,
    `date: ${date}\nretry-after: Sat, 21 Nov 2026 10:00:05 GMT\nratelimit: "default";r=0;t=5`,
    pause(5000),
  ],
  [
    'the draft: Retry-After takes precedence',
    429,
    'retry-after: 20\nratelimit: "a";r=0;t=4000\nratelimit-policy: "a";q=100;w=60',
    pause(20_000),
  ],
  ['the draft: no remaining', 200, 'ratelimit-policy: quota;q=100;w=1\nratelimit: quota;t=1', { said: false, ...free }],
  ['the older draft', 200, 'ratelimit: limit=100, remaining=50, reset=5\nratelimit-policy: 100;w=60', quota(50, 5000)],
  ['the oldest draft', 200, 'ratelimit-limit: 10, 10;w=1\nratelimit-remaining: 9\nratelimit-reset: 4', quota(9, 4000)],
  [
    'express-rate-limit',
    200,
    'ratelimit-policy: "100-in-15min"; q=100; w=900; pk=:NzA1:\nratelimit: "100-in-15min"; r=99; t=900; pk=:NzA1:',
    quota(99, 900_000),
  ],
  [
    'GitLab: the epoch without X',
    200,
    `date: ${date}\nratelimit-limit: 60\nratelimit-observed: 59\nratelimit-remaining: 1\nratelimit-reset: ${epoch + 30}
     ratelimit-resettime: Sat, 21 Nov 2026 10:00:30 GMT`,
    quota(1, 30_000),
  ],
  [
    'Reddit: floating point',
    200,
    'x-ratelimit-used: 3\nx-ratelimit-remaining: 597.0\nx-ratelimit-reset: 245',
    quota(597, 245_000),
  ],
  [
    'Discord: seconds with a fraction, and the epoch',
    200,
    `x-ratelimit-limit: 5\nx-ratelimit-remaining: 0\nx-ratelimit-reset: ${epoch + 1.47}\nx-ratelimit-reset-after: 1.25
     x-ratelimit-bucket: abcd1234`,
    quota(0, 1250),
  ],
  [
    'X: epoch seconds, another spelling',
    200,
    `x-rate-limit-limit: 900\nx-rate-limit-remaining: 2\nx-rate-limit-reset: ${epoch + 60}`,
    quota(2, 60_000),
  ],
  ['epoch milliseconds', 200, `x-ratelimit-remaining: 2\nx-ratelimit-reset: ${wallMs + 1500}`, quota(2, 1500)],
  ['a date', 200, 'x-ratelimit-remaining: 2\nx-ratelimit-reset: Sat, 21 Nov 2026 10:00:30 GMT', quota(2, 30_000)],
  [
    'RapidAPI: the figure at the end',
    200,
    'x-ratelimit-requests-limit: 500\nx-ratelimit-requests-remaining: 1\nx-ratelimit-requests-reset: 86000',
    quota(1, 86_000_000),
  ],
  [
    'Kong: one reset for several windows',
    429,
    `x-ratelimit-limit-minute: 5\nx-ratelimit-remaining-minute: 0\nratelimit-limit: 5\nratelimit-remaining: 0
     ratelimit-reset: 38\nretry-after: 38`,
    pause(38_000),
  ],
  ['nginx', 503, 'server: nginx\nretry-after: 5', pause(5000)],
  ['Shopify: its own header says nothing', 200, 'x-shopify-shop-api-call-limit: 32/40', { said: false, ...free }],
  [
    'used up in this answer, without a remainder',
    429,
    'x-ratelimit-reset: 30\nx-ratelimit-limit: 10',
    quota(0, 30_000),
  ],
  [
    'used up, the server slow: its clock counts',
    200,
    `date: Sat, 21 Nov 2026 09:00:00 GMT\nx-ratelimit-remaining: 0\nx-ratelimit-reset: ${epoch - 3570}`,
    quota(0, 30_000),
  ],
  ['from a cache', 200, 'age: 12\nratelimit: "default";r=0;t=50', { said: false, ...free }],
  ['Retry-After where it concerns one record', 301, 'retry-after: 60', { said: false, ...free }],
  ['Retry-After of an error of one record', 500, 'retry-after: 60', { said: false, ...free }],
  ['absurd, as it was said', 429, 'retry-after: 31536000000', pause(31_536_000_000_000)],
] as const)('%s', (_name, status, text, expected) => {
  expect(heard(status, text)).toEqual(expected);
});

test.each([
  ['retry-after: -1'],
  ['retry-after: soon'],
  ['retry-after: 99999999999999999999'],
  ['retry-after-ms: -5'],
  ['x-ms-retry-after-ms: 00:00:01'],
  ['ratelimit: "default";r=-1;t=30'],
  ['ratelimit: "default";r=0.5;t=30'],
  ['ratelimit: "default";r=0;t=1.5'],
  ['ratelimit: "default";r=0;t=-3'],
  ['ratelimit: "default";r=0;t="30"'],
  ['ratelimit: "default";r=0;t=30,'],
  ['ratelimit: "default;r=0;t=30'],
  ['ratelimit: "default";r=0;t=1234567890123456'],
  ['ratelimit: "default";r=0;t=30;pk=a'],
  ['ratelimit: ("default");r=0;t=30'],
  ['ratelimit: limit=100, remaining=-1, reset=5'],
  ['x-ratelimit-remaining: -1\nx-ratelimit-reset: 30'],
  ['x-ratelimit-remaining: NaN\nx-ratelimit-reset: 30'],
  ['x-ratelimit-remaining: 0\nx-ratelimit-reset: -30'],
  ['x-ratelimit-remaining: 0\nx-ratelimit-reset: 99999999999999999999'],
  ['x-ratelimit-remaining: 0\nx-ratelimit-reset: 1 minute'],
  ['x-ratelimit-remaining: 0'],
  ['x-ratelimit-remaining: 0\nx-ratelimit-reset: 2026-13-45T00:00:00Z'],
])('malformed counts as not said: %s', (text) => {
  expect(heard(503, text)).toEqual({ said: false, ...free });
});

test('tokens are counted in costs; requests are not', () => {
  const text = `x-ratelimit-remaining-requests: 9\nx-ratelimit-reset-requests: 5s\nx-ratelimit-remaining-tokens: 1000
                x-ratelimit-reset-tokens: 2s`;
  expect(heard(200, text, 100)).toEqual(quota(9, 5000));
  expect(heard(200, text, 400)).toEqual(quota(2, 2000));
  expect(heard(200, text, 1001)).toEqual(quota(0, 2000));
});

test('a pause is never shortened, and ends', () => {
  const words = new ServerWords();
  expect(words.hear(503, ['retry-after', '10'], 0, wallMs, 0)).toBe(true);
  words.hear(429, ['retry-after', '2'], 1000, wallMs, 0);
  expect([words.waitMs(1000, 1), words.reason, words.detail]).toEqual([
    9000,
    'retry-after',
    'it answered 503 with Retry-After',
  ]);
  expect([words.forgets(9999), words.forgets(10_000)]).toEqual([false, true]);
  expect(words.waitMs(10_000, 1)).toBe(0);
});

const concurrent = (q: number) => ['ratelimit-policy', `"con";q=${q};qu="concurrent-requests", "min";q=100;w=60`];

test('a policy for concurrent requests is a limit, whatever it says of quotas', () => {
  const words = new ServerWords();
  expect(words.concurrency).toBe(Infinity);
  words.hear(200, concurrent(8), 0, wallMs, 0);
  expect([words.concurrency, words.waitMs(0, 1), words.forgets(0)]).toEqual([8, 0, false]);
  words.hear(200, concurrent(0), 0, wallMs, 0);
  expect(words.concurrency).toBe(1);
});

test('no server makes it remember more than a few quotas', () => {
  const words = new ServerWords();
  for (let i = 0; i < 1000; i++) words.hear(200, ['ratelimit', `"p${i}";r=0;t=${i + 1}`], 0, wallMs, 0);
  expect(words.statistics().quotas).toBe(16);
  expect(words.waitMs(0, 1)).toBe(1_000_000);
  for (let i = 0; i < 1000; i++) words.hear(200, [`x-ratelimit-remaining-${i}`, '0'], 0, wallMs, 0);
  expect(words.statistics().parsed).toBeLessThan(1100);
});
