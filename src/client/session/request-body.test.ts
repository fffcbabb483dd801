import { expect, test } from 'vitest';
import type { BodyInput } from '../client-options.ts';
import { plannedBody } from './request-body.ts';

async function sent(body: unknown): Promise<string> {
  const { source } = plannedBody({ body: body as BodyInput });
  const pieces: Uint8Array[] = [];
  if (source !== null) for await (const piece of { [Symbol.asyncIterator]: () => source.open() }) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const chunks = ['a', Buffer.from('b'), 'ü'];

test.each<[kind: string, body: unknown]>([
  ['a list', chunks],
  ['an iterator', chunks.values()],
  ['a stream', ReadableStream.from(chunks)],
  ['a function that gives a list', () => chunks],
  ['a function that gives a stream', () => ReadableStream.from(chunks)],
  [
    'an async generator function',
    async function* () {
      yield* chunks;
    },
  ],
])('%s is sent piece by piece', async (_, body) => {
  expect(await sent(body)).toBe('abü');
});

test.each([
  ['nothing', () => undefined],
  ['a text', () => 'text'],
  ['a buffer of no bytes', () => new ArrayBuffer(4)],
  ['numbers', () => [1]],
  ['a number', 5],
  ['no pieces', { a: 1 }],
])('%s is told by what it is', async (_, body) => {
  await expect(sent(body)).rejects.toMatchObject({ code: 'bad_option', message: expect.stringMatching(/body/) });
});

test('what can be had again is known', () => {
  const again = [() => chunks, chunks, 'text', Buffer.from('b'), new Blob(['b'])];
  expect(again.map((body) => plannedBody({ body }).repeatable)).toEqual([true, true, true, true, true]);
  const once = [chunks.values(), ReadableStream.from(chunks)];
  expect(once.map((body) => plannedBody({ body }).repeatable)).toEqual([false, false]);
});
