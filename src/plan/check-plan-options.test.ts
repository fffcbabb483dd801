import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createPlanner, type PlannerOptions } from './create-planner.ts';

const refused: readonly (readonly [Partial<PlannerOptions>, string, RegExp])[] = [
  [{ headers: ['authorization: x'], bearer: 'c' }, 'bad_option', /Authorization/],
  [{ user: 'a' }, 'bad_option', /--user/],
  [{ bearer: 'a\nb' }, 'bad_option', /--bearer: LF/],
  [{ bearer: '' }, 'bad_option', /--bearer/],
  [{ idempotencyKey: 'a b' }, 'bad_option', /--idempotency-key/],
  [{ bearer: '***' }, 'bad_option', /--bearer: "\*\*\*" stands for a credential/],
  [{ user: '***' }, 'bad_option', /--user: "\*\*\*"/],
  [{ user: 'ann:***' }, 'bad_option', /--user: "\*\*\*"/],
  [{ headers: ['Authorization: ***'] }, 'bad_option', /--header "Authorization": "\*\*\*"/],
  [{ headers: ['X-Auth: Bearer ***'] }, 'bad_option', /--header "X-Auth": "\*\*\*"/],
  [{ url: 'https://***@h.example/{{a}}' }, 'bad_option', /--url: "\*\*\*"/],
  [{ url: 'https://h.example/?q={{a}}&api_key=***' }, 'bad_option', /--url: "\*\*\*"/],
  [{ baseUrl: 'https://ann:***@h.example/' }, 'bad_option', /--base-url: "\*\*\*"/],
  [{ baseUrl: 'h.example' }, 'bad_option', /--base-url.*no scheme/],
  [{ request: 'no-such.json' }, 'no_such_file', /no-such\.json/],
  [{ map: 'no-such.ts' }, 'no_such_file', /no-such\.ts/],
  [{ url: 'h.example/{{a}}' }, 'bad_option', /--url: "h\.example\/\{\{a\}\}"/],
  [{ url: 'https://h.example/{{a' }, 'bad_option', /--url.*position 19/],
  [{ url: 'https://h.example/{{ }}' }, 'bad_option', /position 19/],
  [{ url: 'https://h.example/{{$idx}}' }, 'bad_option', /\{\{\$idx\}\} \(position 19\)/],
  [{ url: 'https://h.example/{{$env.NOPE}}' }, 'bad_option', /NOPE/],
  [{ url: '{{$env.BAD}}/x' }, 'bad_option', /"\*\*\*\/x" is not/],
  [{ url: 'https://h.example/{{$env.DOTS}}' }, 'bad_option', /\$env\.DOTS/],
  [{ method: 'A B' }, 'bad_option', /--method/],
  [{ headers: ['X A: b'] }, 'bad_option', /"X A"/],
  [{ headers: ['no colon'] }, 'bad_option', /^--header: one does not begin with "Name:"$/],
  [{ headers: ['Transfer-Encoding: chunked'] }, 'bad_option', /Transfer-Encoding/],
  [{ headers: ['X: {{$env.LINES}}'] }, 'bad_option', /LF at position 2/],
  [{ form: ['x'] }, 'bad_option', /--form: "x"/],
  [{ json: '{"a": {{x}}, b}' }, 'bad_option', /--json: not JSON at position 14/],
  [{ json: '{"a": }' }, 'bad_option', /--json: not JSON at position 7/],
  [{ json: '{"a": \\{{x}}' }, 'bad_option', /--json: not JSON at position 7/],
  [{ json: '{"a": 1' }, 'bad_option', /--json: not JSON at position 8/],
  [{ json: '{"a": {{x}' }, 'bad_option', /--json.*position 7/],
];

test.each(refused)('%j is refused', async (options, code, message) => {
  const env = { BAD: 'nothing', DOTS: '..', LINES: 'a\nb' };
  const made = createPlanner({ runId: 'run', env, ...options });
  await expect(made).rejects.toMatchObject({ name: 'UsageError', code });
  await expect(made).rejects.toThrow(message);
});

test('secrets are not told in errors', async () => {
  const made = createPlanner({ runId: 'run', env: { BAD: 'hush' }, url: '{{$env.BAD}}/x' });
  const error: unknown = await made.catch((thrown: unknown) => thrown);
  expect(inspect(error)).toContain('bad_option');
  expect(inspect(error)).not.toContain('hush');
  const planner = await createPlanner({ runId: 'run', env: { BAD: 'hush' }, url: '{{$env.BAD}}://{{a}}/' });
  const planned = await planner.plan({ value: { a: 'x' }, index: 0 });
  expect(planned).toMatchObject({ kind: 'bad', error: { code: 'bad_url' } });
  expect(inspect(planned, { depth: 9 })).not.toContain('hush');
});
