import { describe, expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';
import { allHeaders } from '../http/request.ts';
import type { Planned } from './planner.ts';
import { userAgent } from './user-agent.ts';

const env = { TOKEN: 'tö/p', BASE: 'https://base.example/api' };
const agent = ['user-agent', userAgent, 'accept', '*/*', 'accept-encoding', 'gzip, br, zstd, deflate'];
const json = ['content-type', 'application/json'];
const key = ['Idempotency-Key', 'run-7'];

/** Plans one record given as JSON text, as index 7. */
async function plan(options: Partial<PlannerOptions>, text: string): Promise<Planned> {
  const planner = await createPlanner({ runId: 'run', env, textIsJson: true, ...options });
  return withAllHeaders(await planner.plan({ value: JSON.parse(text), index: 7, text }));
}

/** What was planned, with its headers in one list, as they are sent. */
function withAllHeaders(outcome: Planned): Planned {
  if (outcome.kind !== 'request') return outcome;
  const { ownHeaders: _, ...request } = outcome.request;
  return { ...outcome, request: { ...request, headers: allHeaders(outcome.request) } };
}

/** What is special of a planned GET without headers of its own. */
interface Want {
  readonly id?: string | null;
  readonly timeoutMs?: number | null;
  readonly cost?: number | null;
  readonly method?: string;
  readonly origin?: string;
  readonly path: string;
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array | null;
  readonly shownUrl?: string;
}

function planned(want: Want): Planned {
  const origin = want.origin ?? 'https://h.example';
  return {
    kind: 'request',
    id: want.id ?? null,
    timeoutMs: want.timeoutMs ?? null,
    cost: want.cost ?? null,
    request: {
      method: want.method ?? 'GET',
      origin,
      path: want.path,
      headers: want.headers ?? agent,
      body: want.body ?? null,
      shownUrl: want.shownUrl ?? origin + want.path,
    },
  };
}

const requestRecords: readonly (readonly [string, Partial<PlannerOptions>, string, Want])[] = [
  ['a url', {}, '{"url":"https://h.example/a?b=c#d"}', { path: '/a?b=c' }],
  ['a bare url', {}, '"https://h.example"', { path: '/' }],
  ['unknown fields', {}, '{"url":"https://h.example/","color":{"a":1}}', { path: '/' }],
  [
    'every field',
    {},
    '{"url":"http://h.example:8080/x","method":"put","headers":{"X-A":"b","X-N":5,"X-L":["1","2"],"X-Null":null},"body":"text","id":9,"timeoutMs":50}',
    {
      id: '9',
      timeoutMs: 50,
      method: 'PUT',
      origin: 'http://h.example:8080',
      path: '/x',
      headers: ['X-A', 'b', 'X-N', '5', 'X-L', '1', 'X-L', '2', ...agent, 'content-type', 'text/plain; charset=utf-8'],
      body: 'text',
    },
  ],
  [
    'a JSON body, digit for digit',
    {},
    '{"url":"https://h.example/","id":12345678901234567890,"body":{"n": 12345678901234567890, "f": 1e400}}',
    {
      id: '12345678901234567890',
      method: 'POST',
      path: '/',
      headers: [...agent, ...json, ...key],
      body: '{"n":12345678901234567890,"f":1e400}',
    },
  ],
  [
    'its own content type and key',
    {},
    '{"url":"https://h.example/","headers":{"Content-Type":"application/x","idempotency-key":"mine"},"body":[1]}',
    {
      method: 'POST',
      path: '/',
      headers: ['Content-Type', 'application/x', 'idempotency-key', 'mine', ...agent],
      body: '[1]',
    },
  ],
  [
    'bytes',
    {},
    '{"url":"https://h.example/","bodyBase64":"AP8="}',
    { method: 'POST', path: '/', headers: [...agent, ...key], body: Buffer.from([0, 255]) },
  ],
  [
    'an OpenAI batch line',
    { baseUrl: 'https://h.example', bearer: 'abc' },
    '{"custom_id":"c-1","method":"POST","url":"/v1/chat","body":{"model":"m"}}',
    {
      id: 'c-1',
      method: 'POST',
      path: '/v1/chat',
      headers: ['authorization', 'Bearer abc', ...agent, ...json, ...key],
      body: '{"model":"m"}',
    },
  ],
  [
    'user info',
    {},
    '{"url":"https://m%C3%A9:p%40@h.example/"}',
    { path: '/', headers: ['authorization', `Basic ${Buffer.from('mé:p@').toString('base64')}`, ...agent] },
  ],
  [
    'options over the record',
    { method: 'delete', headers: ['x-a: {{n}}', 'Accept:'], data: 'd{{n}}', idempotencyKey: 'off' },
    '{"url":"https://h.example/","method":"POST","headers":{"X-A":"old","X-B":"b"},"body":"old","n":3}',
    {
      method: 'DELETE',
      path: '/',
      headers: [
        'X-B',
        'b',
        'x-a',
        '3',
        'user-agent',
        userAgent,
        'accept-encoding',
        'gzip, br, zstd, deflate',
        'content-type',
        'text/plain; charset=utf-8',
      ],
      body: 'd3',
    },
  ],
];

describe('a record that is a request', () => {
  test.each(requestRecords)('%s', async (_name, options, text, want) => {
    expect(await plan(options, text)).toEqual(planned(want));
  });
});

const rendered: readonly (readonly [string, Partial<PlannerOptions>, string, Want])[] = [
  [
    'values by their places in the URL',
    { url: 'https://h.example/a b/{{p}}/x{{o.i.1}}?q={{p}}&i={{$index}}#{{gone}}' },
    '{"p":"ä/?&#%2e+ ","o":{"i":[0,"one"]}}',
    { path: '/a%20b/%C3%A4%2F%3F%26%23%252e%2B%20/xone?q=%C3%A4%2F%3F%26%23%252e%2B%20&i=7' },
  ],
  ['a whole URL', { url: '{{ u }}' }, '{"u":"https://h.example/a?b=c#d"}', { path: '/a?b=c' }],
  [
    'a URL that goes on',
    { url: '{{u}}/x/{{v}}?w={{v}}' },
    '{"u":"https://h.example#f","v":"/"}',
    { path: '/x/%2F?w=%2F' },
  ],
  ['a host', { url: 'https://{{t}}.example:{{p}}/' }, '{"t":"h","p":443}', { path: '/' }],
  [
    'user info of a template',
    { url: 'https://{{n}}:x@h.example/' },
    '{"n":"a:b/@"}',
    {
      path: '/',
      headers: ['authorization', `Basic ${Buffer.from('a:b/@:x').toString('base64')}`, ...agent],
    },
  ],
  ['a dotted name before a path', { url: 'https://h.example/{{a.b}}' }, '{"a":{"b":1},"a.b":2}', { path: '/2' }],
  [
    'text, objects and numbers in text',
    { url: 'https://h.example/?o={{o}}&n={{n}}&b={{b}}' },
    '{"o":{"x":[12345678901234567890]},"n":12345678901234567890,"b":true}',
    {
      path: `/?o=${encodeURIComponent('{"x":[12345678901234567890]}')}&n=12345678901234567890&b=true`,
    },
  ],
  [
    'JSON that keeps types, escapes text, and takes bare placeholders',
    {
      url: 'https://h.example/',
      json: '{"a":"{{o}}", "b":{{n}}, "c":"<{{s}}> \\{{x}}", "{{s}}":"{{z}}", "i":{{$index}}, "id":"{{$id}}", "big":12345678901234567890}',
    },
    '{"o":{"k":[1,null]},"n":12345678901234567890,"s":"\\"\\n\\\\","z":null,"id":5}',
    {
      id: '5',
      method: 'POST',
      path: '/',
      headers: [...agent, ...json, ...key],
      body: '{"a":{"k":[1,null]},"b":12345678901234567890,"c":"<\\"\\n\\\\> {{x}}","\\"\\n\\\\":null,"i":7,"id":5,"big":12345678901234567890}',
    },
  ],
  [
    'the record itself',
    { url: 'https://h.example/{{a}}', recordAsJson: true, method: 'PATCH', user: 'u:ü' },
    '{"a":1,\r\n  "n": 12345678901234567890 }',
    {
      method: 'PATCH',
      path: '/1',
      headers: ['authorization', `Basic ${Buffer.from('u:ü').toString('base64')}`, ...agent, ...json, ...key],
      body: '{"a":1,"n": 12345678901234567890 }',
    },
  ],
  [
    'a form',
    { url: 'https://h.example/', form: ['a b={{v}}', 'c=&{{$index}}'], idempotencyKey: 'X-Key' },
    '{"v":"ä &=\\n"}',
    {
      method: 'POST',
      path: '/',
      headers: [...agent, 'content-type', 'application/x-www-form-urlencoded', 'X-Key', 'run-7'],
      body: 'a+b=%C3%A4+%26%3D%0A&c=%267',
    },
  ],
  [
    'values of the environment, which are not shown',
    { url: '{{$env.BASE}}/{{a}}?k={{$env.TOKEN}}', baseUrl: 'https://other.example' },
    '{"a":"x"}',
    { origin: 'https://base.example', path: '/api/x?k=t%C3%B6%2Fp', shownUrl: '***/x?k=***' },
  ],
  [
    'a relative template',
    { url: 'v1/{{a}}', baseUrl: 'https://me:pw@h.example/zq0z/b' },
    '{"a":"x"}',
    {
      path: '/zq0z/v1/x',
      headers: ['authorization', `Basic ${Buffer.from('me:pw').toString('base64')}`, ...agent],
    },
  ],
];

describe('a record rendered by options', () => {
  test.each(rendered)('%s', async (_name, options, text, want) => {
    // Secrets travel under a symbol, which a comparison of JSON leaves out.
    const got = await plan(options, text);
    expect(JSON.parse(JSON.stringify(got))).toEqual(JSON.parse(JSON.stringify(planned(want))));
  });
});

const bad: readonly (readonly [Partial<PlannerOptions>, string, string, RegExp])[] = [
  [{}, '{"URL":"https://a"}', 'bad_record', /no field "url"; the nearest is "URL"/],
  [{}, '[1]', 'bad_record', /an array/],
  [{}, '{"url":5}', 'bad_record', /"url" must be a string, and is 5/],
  [{}, '{"url":"https://a","method":1}', 'bad_record', /"method"/],
  [{}, '{"url":"https://a","headers":"x"}', 'bad_record', /"headers"/],
  [{}, '{"url":"https://a","headers":{"a":{}}}', 'bad_record', /"headers\.a"/],
  [{}, '{"url":"https://a","id":true}', 'bad_record', /"id"/],
  [{}, '{"url":"https://a","timeoutMs":"5"}', 'bad_record', /"timeoutMs"/],
  [{}, '{"url":"https://a","bodyBase64":"*"}', 'bad_record', /"bodyBase64"/],
  [{}, '{"url":"https://a","bodyBase64":"","body":1}', 'bad_record', /both/],
  [{}, '{"url":"https://a","method":"A B"}', 'bad_method', /"A B"/],
  [{}, '{"url":"https://a","headers":{"a b":"x"}}', 'bad_header', /"a b"/],
  [{}, '{"url":"https://a","headers":{"X":"a\\nb"}}', 'bad_header', /"X".*LF at position 2/],
  [{}, '{"url":"https://a","headers":{"Content-Length":"1"}}', 'bad_header', /Content-Length/],
  [{}, '{"url":"/v1/x"}', 'bad_url', /relative/],
  [{}, '{"url":"h.example/x"}', 'bad_url', /no scheme/],
  [{}, '{"url":"ftp://a/"}', 'bad_url', /"ftp"/],
  [{}, '{"url":"https://u:secret@a:99999/"}', 'bad_url', /^"https:\/\/\*\*\*@a:99999\/" is not a URL$/],
  [{}, '{"url":"http:///a"}', 'bad_url', /not a URL/],
  [{ url: 'https://a/{{userName}}' }, '{"user_name":1}', 'missing_field', /"userName"; the nearest is "user_name"/],
  [{ url: 'https://a/{{o.skux}}' }, '{"o":{"sku":1}}', 'missing_field', /"o\.skux"; the nearest is "o\.sku"/],
  [{ url: 'https://a/{{toString}}' }, '{}', 'missing_field', /"toString"/],
  [{ url: 'https://a/{{l.length}}' }, '{"l":[]}', 'missing_field', /"l\.length"/],
  [{ url: 'https://a/{{n}}' }, '{"n":null}', 'missing_field', /"n" is null/],
  [{ url: 'https://a/', json: '"x{{n}}"' }, '{"n":null}', 'missing_field', /"n" is null/],
  [{ url: 'https://a/{{$id}}' }, '{"id":""}', 'missing_field', /no id/],
  [{ url: 'https://a/{{p}}' }, '{"p":".."}', 'bad_url', /"p" would make/],
  [{ url: 'https://a/.{{p}}/' }, '{"p":""}', 'bad_url', /"p" would make/],
  [{ url: '{{u}}' }, '{"u":"a/b"}', 'bad_url', /no scheme/],
  [{ url: 'https://{{h}}/' }, '{"h":"evil.example/?x="}', 'bad_url', /host/],
  [{ url: 'https://{{h}}.example/' }, '{"h":"u@evil"}', 'bad_url', /host/],
  [{ url: 'https://a/{{p}}' }, '{"p":"\\ud800"}', 'bad_url', /surrogate/],
  [{ url: 'https://a/', headers: ['X-A: b{{v}}'] }, '{"v":"\\r\\n"}', 'bad_header', /"X-A", field "v": CR/],
  [{ url: 'https://a/', headers: ['X-A: b{{v}}'] }, '{"v":"€"}', 'bad_header', /U\+20AC/],
];

describe('a record that cannot be sent', () => {
  test.each(bad)('%j of %s is %s', async (options, text, code, message) => {
    const got = await plan(options, text);
    const error = {
      name: 'RecordError',
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    };
    expect(got).toMatchObject({ kind: 'bad', error });
  });
});

test("dots that are the template's own, in a name or in the query, are no trouble", async () => {
  expect(await plan({ url: 'https://h.example/x.{{p}}.?q=/../' }, '{"p":""}')).toEqual(
    planned({ path: '/x..?q=/../' }),
  );
});

test('in csv, empty strings are absent and numbers are text', async () => {
  const planner = await createPlanner({ runId: 'run', env });
  const value = { url: 'https://h.example/', method: '', headers: '{"X":"1"}', body: '', id: '', timeoutMs: '50' };
  expect(
    withAllHeaders(await planner.plan({ value, index: 7, text: 'https://h.example/,,"{""X"":""1""}",,,50' })),
  ).toEqual(planned({ path: '/', headers: ['X', '1', ...agent], timeoutMs: 50 }));
});
