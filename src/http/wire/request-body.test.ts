// How a source is told to stop. What sources do otherwise is shown over sockets, by the suite of all transports.

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { CountedSource } from '../../testing/counted-source.ts';
import { BodyPump } from './request-body.ts';

const owner = { bodySent: (): void => undefined, bodyFailed: (): void => undefined };

test.each<[string, () => unknown]>([
  ['throws', () => expect.fail('this is of no interest')],
  ['rejects', () => Promise.reject(new Error('nor is this'))],
  ['gives nothing', () => undefined],
  ['gives no promise', () => ({ done: true, value: undefined })],
])('a source whose `return` %s harms nobody', async (_what, stop) => {
  const pieces = { next: () => new Promise<never>(() => {}), return: stop } as unknown as AsyncIterator<Uint8Array>;
  const pump = new BodyPump(new PassThrough(), { lengthBytes: null, open: () => pieces }, true, owner);
  pump.run();
  expect(() => pump.stop()).not.toThrow();
  // A rejection that nobody handles would fail this file.
  await new Promise((resolve) => void setImmediate(resolve));
});

test('a source that gives up its exchange while it is opened is returned, and not pulled', async () => {
  const source = new CountedSource(['a', 'b'], null);
  const open = source.open.bind(source);
  source.open = () => {
    pump.stop();
    return open();
  };
  const socket = new PassThrough();
  const pump: BodyPump = new BodyPump(socket, source, true, owner);
  pump.run();
  await new Promise((resolve) => void setImmediate(resolve));
  expect([source.opened, source.pulled, source.returned, socket.read()]).toEqual([1, 0, 1, null]);
});
