import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Event } from './event.ts';

test('an event wakes all who wait, in their order, and lets later ones pass until it is cleared', async () => {
  const event = new Event();
  const order: string[] = [];
  const waits = ['a', 'b', 'c'].map((name) => event.wait().then(() => order.push(name)));
  expect([event.isSet, event.waiting]).toEqual([false, 3]);
  event.set();
  expect([event.isSet, event.waiting]).toEqual([true, 0]);
  event.clear(); // they were woken already
  await Promise.all(waits);
  expect(order).toEqual(['a', 'b', 'c']);
  const again = event.wait().then(() => order.push('d'));
  await Promise.resolve();
  expect(order).toHaveLength(3);
  event.set();
  event.set();
  await again;
  await event.wait();
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

test('waiting for an event can be given up, and leaves no listener', async () => {
  const event = new Event();
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [event.wait({ signal }), event.wait({ signal }), event.wait()];
  controller.abort('enough');
  event.set();
  const outcomes = await Promise.allSettled(waits);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  await expect(event.wait({ signal })).rejects.toBe('enough');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
