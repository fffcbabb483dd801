import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Event } from './event.ts';
import { Queue } from './queue.ts';
import { Semaphore } from './semaphore.ts';

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

test('a signal has one listener of ours, however many lines there are to wait in, and none in the end', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = (): number => getEventListeners(signal, 'abort').length;
  const waits: Promise<unknown>[] = [];
  for (let each = 0; each < 20; each++) {
    const [event, semaphore, queue] = [new Event(), new Semaphore(0), new Queue<number>(1)];
    waits.push(event.wait({ signal }), semaphore.acquire({ signal }), queue.get({ signal }));
    if (each === 0) event.set();
  }
  expect(listeners()).toBe(1);
  controller.abort('enough');
  const ends = await Promise.allSettled(waits);
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(59);
  expect(listeners()).toBe(0);
});
