import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask } from '../../testing/ask.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { startTarget, type Target } from '../start-target.ts';

let clock: FakeClock;
let target: Target;
beforeEach(async () => {
  clock = new FakeClock();
  target = await startTarget({ clock });
});
afterEach(() => target.close());

async function outcome(path: string): Promise<number | string | null> {
  const { status, error } = await ask(target.url + path);
  return status ?? error;
}

test('an outage counts from the start of the service, and anew after a reset', async () => {
  const path = '/outage?after=2&for=3';
  for (let turn = 0; turn < 2; turn++) {
    expect(await outcome(path)).toBe(200);
    clock.advance(1999);
    expect(await outcome(path)).toBe(200);
    clock.advance(1);
    expect(await outcome(path)).toBe(503);
    clock.advance(2999);
    expect(await outcome(path)).toBe(503);
    expect(target.stats().refused).toBe(2);
    clock.advance(1);
    expect(await outcome(path)).toBe(200);
    target.reset();
  }
});

test('it may begin with the request after so many, each path by itself', async () => {
  const path = '/outage/a?afterRequests=2&for=1&how=reset';
  expect([await outcome(path), await outcome(path), await outcome(path)]).toEqual([200, 200, 'ECONNRESET']);
  expect(await outcome('/outage/b?afterRequests=2&for=1&how=reset')).toBe(200);
  clock.advance(999);
  expect(await outcome(path)).toBe('ECONNRESET');
  clock.advance(1);
  expect(await outcome(path)).toBe(200);
});

test('it may be silent', async () => {
  const { status } = await ask(`${target.url}/outage?how=silent`, { signal: AbortSignal.timeout(30) });
  expect([status, target.stats().byStatus]).toEqual([null, { silent: 1 }]);
});

test('what is not known is refused, and the first fault is told', async () => {
  const asked = await ask(`${target.url}/outage?how=cake&for=x`);
  expect([asked.status, asked.body.toString()]).toEqual([400, expect.stringContaining('for is \\"x\\", which is not')]);
  expect((await ask(`${target.url}/outage?how=cake`)).body.toString()).toContain('none of 503, reset, silent');
});
