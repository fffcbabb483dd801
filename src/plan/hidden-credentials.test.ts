// Credentials that stand where they should not, or in requests that cannot be sent: no message and no
// shown URL repeats them.

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';

async function plan(options: Partial<PlannerOptions>, record: unknown) {
  const planner = await createPlanner({ runId: 'run', env: {}, ...options });
  return planner.plan({ value: record, index: 0 });
}

const url = 'https://h.example/';
const bad: readonly (readonly [Partial<PlannerOptions>, unknown, RegExp])[] = [
  [{}, { url, headers: 'Authorization: Bearer S3CRET' }, /"headers" must be .* and is a string$/],
  [{}, { url, headers: '{"Authorization":"S3CRET"' }, /"headers" must be .* and is a string$/],
  [{}, { url, headers: { cookie: { a: 'S3CRET' } } }, /"headers.cookie" must be a string, and is an object$/],
  [{}, { url, headers: { 'Authorization: Bearer S3CRET': 'x' } }, /"Authorization:…" is not a header name$/],
  [{}, { url, headers: { 'X-Auth: S3CRET': 1 } }, /"X-Auth:…"/],
  [{}, 'user:S3CRET@h.example/a', /"\*\*\*@h\.example\/a" has no scheme/],
  [{}, 'user.io:S3CRET@h.example/a', /has no scheme/],
  [{}, 'S3CRET:@h.example/a', /has no scheme/],
  [{}, 'http://user:a/S3CRET@h.example/', /"http:\/\/\*\*\*@h\.example\/"/],
  [{}, 'ftp://user:S3CRET@h@h.example/', /"ftp:\/\/\*\*\*@h\.example\/" has the scheme "ftp"/],
  [{}, 'http://h.example:x/?api_key=S3CRET', /\?api_key=\*\*\*"/],
  [{ url: 'https://{{host}}/' }, { host: 'user:S3CRET@h.example' }, /"\*\*\*@h\.example", which cannot/],
];

test.each(bad)('%j with %j: no credential in the message', async (options, record, message) => {
  const planned = await plan(options, record);
  expect(planned).toMatchObject({ kind: 'bad', error: { message: expect.stringMatching(message) as unknown } });
  expect(inspect(planned, { depth: 9 })).not.toContain('S3CRET');
});

const refused: readonly (readonly [Partial<PlannerOptions>, RegExp])[] = [
  [{ url: 'user.io:S3CRET@h.example/{{a}}' }, /"\*\*\*@h\.example\/\{\{a\}\}"/],
  [{ baseUrl: 'http://user:a/S3CRET@h.example/' }, /"http:\/\/\*\*\*@h\.example\/"/],
  [{ headers: ['Bearer S3CRET'] }, /--header: one does not begin/],
];

test.each(refused)('%j is refused without telling the credential', async (options, message) => {
  const error: unknown = await plan(options, {}).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'bad_option', message: expect.stringMatching(message) as unknown });
  expect(inspect(error)).not.toContain('S3CRET');
});

const shown: readonly (readonly [Partial<PlannerOptions>, unknown, path: string, shown: string])[] = [
  [{}, `${url}a?api_key=S&q=1`, '/a?api_key=S&q=1', '/a?api_key=***&q=1'],
  [{ baseUrl: url }, '/a?token=S', '/a?token=S', '/a?token=***'],
  [{ url: `${url}a?key=S` }, {}, '/a?key=S', '/a?key=***'],
  [{ url: `${url}?key={{a}}&q={{a}}` }, { a: 'S' }, '/?key=S&q=S', '/?key=***&q=S'],
  [{ url: `${url}?{{n}}={{a}}&q={{a}}` }, { n: 'sig', a: 'S' }, '/?sig=S&q=S', '/?sig=***&q=S'],
  [{ url: '{{u}}?sig={{a}}' }, { u: `${url}x`, a: 'S' }, '/x?sig=S', '/x?sig=***'],
  [{ url: `${url}?q={{a}}` }, { a: 'token=S' }, '/?q=token%3DS', '/?q=token%3DS'],
];

test.each(shown)('%j with %j: sent whole, shown masked', async (options, record, path, shownPath) => {
  expect(await plan(options, record)).toMatchObject({
    request: { path, shownUrl: `https://h.example${shownPath}` },
  });
  // Once more, by the fast way of an origin that is known.
  const planner = await createPlanner({ runId: 'run', env: {}, ...options });
  await planner.plan({ value: record, index: 0 });
  expect(await planner.plan({ value: record, index: 1 })).toMatchObject({
    request: { path, shownUrl: `https://h.example${shownPath}` },
  });
});
