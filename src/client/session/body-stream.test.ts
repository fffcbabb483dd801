import { expect, test } from 'vitest';
import type { Exchange } from '../../http/transport.ts';
import { BodyStream } from './body-stream.ts';

const nothing = (): void => {};

test('bytes that come one by one and wait for their reader are given together', async () => {
  let pauses = 0;
  const exchange: Exchange = {
    sent: true,
    answered: true,
    reused: false,
    cancel: nothing,
    pause: () => pauses++,
    resume: nothing,
  };
  const stream = new BodyStream(exchange, { bodyPaused: nothing, bodyOver: nothing });
  const sent = Buffer.from(Array.from({ length: 65_536 }, (_, n) => n % 251));
  for (let n = 0; n < sent.length; n++) stream.push(sent.subarray(n, n + 1));
  stream.end();
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  expect([pieces.length < 1000, pauses]).toEqual([true, 1]);
});
