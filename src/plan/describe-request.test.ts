import { expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';
import { describeRequest } from './describe-request.ts';
import { userAgent } from './user-agent.ts';

async function describeOne(options: Partial<PlannerOptions>, record: unknown): Promise<string> {
  const env = { T: 'se"cr t', H: 'https://hush.example' };
  const planned = await (await createPlanner({ runId: 'run', env, ...options })).plan({ value: record, index: 1 });
  return planned.kind === 'request' ? describeRequest(planned.request) : planned.kind;
}

test('the request as it is sent, with every secret masked', async () => {
  const options = {
    url: 'https://u:pw@h.example:8443/{{a}}?t={{$env.T}}',
    headers: [
      'X-Api-Key: abc',
      'X-Session-Token: abc',
      'X-Auth: abc',
      'X-Session: abc',
      'X-Api-Signature: abc',
      'X-Plain: <{{$env.T}}>',
      'cookie: a=b',
      'Proxy-Authorization: Basic abc',
    ],
    json: '{"a":"{{a}}","t":"x{{$env.T}}"}',
  };
  expect(await describeOne(options, { a: 'ä' })).toBe(
    [
      '# https://h.example:8443',
      'POST /%C3%A4?t=*** HTTP/1.1',
      'Host: h.example:8443',
      'X-Api-Key: ***',
      'X-Session-Token: ***',
      'X-Auth: ***',
      'X-Session: ***',
      'X-Api-Signature: ***',
      'X-Plain: <***>',
      'cookie: ***',
      'Proxy-Authorization: Basic ***',
      'authorization: Basic ***',
      `user-agent: ${userAgent}`,
      'accept: */*',
      'accept-encoding: gzip, br, zstd, deflate',
      'content-type: application/json',
      'Idempotency-Key: run-1',
      '',
      '{"a":"ä","t":"x***"}',
    ].join('\n'),
  );
});

test('a field of a form that has the name of a credential is masked', async () => {
  expect(await describeOne({ url: 'https://h.example/', form: ['q=1', 'password=hush'] }, {})).toMatch(
    /\n\nq=1&password=\*\*\*$/,
  );
});

test('a secret in a form is masked in its encoding', async () => {
  expect(await describeOne({ url: 'https://h.example/', form: ['t={{$env.T}}'] }, {})).toMatch(/\n\nt=\*\*\*$/);
});

test('a host from the environment keeps the path that is sent', async () => {
  const text = await describeOne({ url: '{{$env.H}}/a?u=https://x' }, {});
  expect(text).toMatch(/^# \*\*\*\nGET \/a\?u=https:\/\/x HTTP\/1\.1\nHost: \*\*\*\n/);
});

test('a Host header of the user stands for ours', async () => {
  const text = await describeOne({ url: 'https://h.example/', headers: ['Host: other'] }, {});
  expect(text.match(/^host: .*$/gim)).toEqual(['Host: other']);
});

test('a long body is cut, bytes are counted, no body is nothing', async () => {
  const url = 'https://h.example/';
  expect(await describeOne({ url, data: '{{a}}' }, { a: 'x'.repeat(2001) })).toMatch(
    /\n\nx{2000}… \(1 more characters\)$/,
  );
  expect(await describeOne({ url, data: '{{a}}' }, { a: 'x'.repeat(2000) })).toMatch(/\n\nx{2000}$/);
  expect(await describeOne({}, { url, bodyBase64: 'AP8=' })).toMatch(/\n\n<2 bytes>$/);
  expect(await describeOne({}, { url })).toMatch(/deflate\n\n$/);
});

test('whether it is sent in the clear, and no literal key of a query', async () => {
  expect(await describeOne({ url: 'http://h.example/?api_key=hush&q=1' }, {})).toMatch(
    /^# http:\/\/h\.example\nGET \/\?api_key=\*\*\*&q=1 HTTP\/1\.1\nHost: h\.example\n/,
  );
});
