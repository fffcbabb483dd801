import { expect, test } from 'vitest';
import { createPlanner } from '../plan/create-planner.ts';
import type { HttpRequest } from '../http/request.ts';
import { maskHeaders, maskSecrets } from './mask-secrets.ts';

async function requestOf(url: string, env: Record<string, string>): Promise<HttpRequest> {
  const planned = await (await createPlanner({ url, runId: 'run', env })).plan({ value: {}, index: 0 });
  if (planned.kind !== 'request') throw new Error(planned.kind);
  return planned.request;
}

test('values of headers are masked, names are not', async () => {
  const request = await requestOf('https://h.example/?a={{$env.A}}', { A: 'type' });
  expect(maskHeaders(request, ['content-type', 'text/type', 'location', '/?a=type'])).toEqual([
    'content-type',
    'text/***',
    'location',
    '/?a=***',
  ]);
  expect(maskSecrets(request, 'led to /?a=type')).toBe('led to /?a=***');
});

test('what is too short for a secret mangles nothing', async () => {
  const request = await requestOf('https://h.example/{{$env.A}}', { A: 'en' });
  const headers = ['content-type', 'text/event-stream', 'content-language', 'en'];
  expect(request.shownUrl).toBe('https://h.example/***');
  expect(maskHeaders(request, headers)).toEqual(headers);
  expect(maskSecrets(request, 'the connection ended')).toBe('the connection ended');
});

test('a key of the query is not recorded when the server repeats it', async () => {
  const request = await requestOf('https://h.example/a?api_key=hush', {});
  expect(maskHeaders(request, ['location', '/a/?api_key=hush&q=1'])).toEqual(['location', '/a/?api_key=***&q=1']);
});

test('headers in which nothing is to be masked are the very list', async () => {
  const request = await requestOf('https://h.example/{{$env.A}}/?api_key=hush', { A: 'long-enough' });
  const headers = ['x-id', 'long-enoug', 'link', '/h?q=1', 'vary', 'long'];
  expect(maskHeaders(request, headers)).toEqual(headers);
  const harmless = ['x-id', 'long-enoug', 'vary', 'long'];
  expect(maskHeaders(request, harmless)).toBe(harmless);
  expect(maskHeaders(request, [...harmless, 'a', '/long-enough/?api_key=hush'])).toEqual([
    ...harmless,
    'a',
    '/***/?api_key=***',
  ]);
});

test('a secret that is part of another one leaves nothing of that', async () => {
  const request = await requestOf('https://h.example/{{$env.A}}/{{$env.B}}', { A: 'hush', B: 'hush-hush' });
  expect(maskHeaders(request, ['a', 'hush-hush', 'b', 'hush'])).toEqual(['a', '***', 'b', '***']);
});

test('without a secret the headers are the very list', async () => {
  const headers = ['a', 'b'];
  expect(maskHeaders(await requestOf('https://h.example/', {}), headers)).toBe(headers);
});
