import { expect, test } from 'vitest';
import { unreadableErrors } from '../../testing/unreadable-errors.ts';
import { Failures } from './failures.ts';

test('one is told as it is, whatever it is', () => {
  for (const error of [new Error('x'), 'text', undefined, null, 0]) {
    const failures = new Failures();
    failures.add(error, 'a');
    expect(failures.size).toBe(1);
    expect(failures.toError()).toBe(error);
  }
});

test('several are told together, the first as the cause', () => {
  const failures = new Failures();
  const errors = Array.from({ length: 7 }, (_, ordinal) => new Error(`e${ordinal}`));
  for (const [ordinal, error] of errors.entries()) failures.add(error, `task-${ordinal + 1}`);
  const told = failures.toError() as AggregateError;
  expect(told).toBeInstanceOf(AggregateError);
  expect(told.errors).toEqual(errors);
  expect(told.cause).toBe(errors[0]);
  expect(told.message).toBe('7 failures: task-1: e0; task-2: e1; task-3: e2; task-4: e3; task-5: e4; and 2 more');
});

test('the same object counts once, equal texts count each', () => {
  const failures = new Failures();
  const error = new Error('x');
  for (const each of [error, error, 'boom', 'boom']) failures.add(each, 'a');
  expect(failures.list.map((failure) => failure.error)).toEqual([error, 'boom', 'boom']);
});

test('what cannot be read is told as well', () => {
  const failures = new Failures();
  const errors = unreadableErrors();
  for (const error of errors) failures.add(error, 'a');
  const told = failures.toError() as AggregateError;
  expect(told.errors.every((error, index) => error === errors[index])).toBe(true);
  expect(told.message).toMatch(/^4 failures: a: something that has no text; a: something/u);
});
