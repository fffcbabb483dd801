import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from './on-abort.ts';

test('a signal gets one listener, however many wait, and none when nobody does', () => {
  const { signal } = new AbortController();
  const forget = Array.from({ length: 1000 }, () => onAbort(signal, () => expect.unreachable()));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const each of forget.slice(1)) each();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  forget[0]?.();
  forget[0]?.();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('calls back once each, in the order of asking, and leaves no listener', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const same = (): void => {
    called.push(9);
  };
  for (const each of [1, 2, 3]) onAbort(controller.signal, () => called.push(each));
  onAbort(controller.signal, same);
  onAbort(controller.signal, same);
  controller.abort();
  expect(called).toEqual([1, 2, 3, 9, 9]);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});

test('who is told to forget by one before is not called, and who asks meanwhile is called at once', () => {
  const controller = new AbortController();
  const called: string[] = [];
  let forgetSecond: () => void = expect.unreachable;
  onAbort(controller.signal, () => {
    called.push('first');
    forgetSecond();
    onAbort(controller.signal, () => called.push('asked meanwhile'))();
  });
  forgetSecond = onAbort(controller.signal, () => called.push('second'));
  onAbort(controller.signal, () => called.push('third'));
  controller.abort();
  expect(called).toEqual(['first', 'asked meanwhile', 'third']);
});

test('a signal that is aborted already calls back at once', () => {
  let called = 0;
  const forget = onAbort(AbortSignal.abort(), () => called++);
  expect(called).toBe(1);
  forget();
});
