import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { PermitSource } from './permit-source.ts';
import type { Permit } from './permit-source.ts';
import { Semaphore } from '../semaphore.ts';

/** Gives a permit every so many milliseconds, and notes what comes back. */
class Ticks extends PermitSource<string> {
  readonly intervalMs: number;
  readonly back: { cost: number; heldMs: number; told: string | undefined }[] = [];
  asked = 0;
  #nextMs = 0;

  constructor(intervalMs: number, clock: FakeClock) {
    super(clock);
    this.intervalMs = intervalMs;
  }

  /** The next tick comes at this time instead. */
  moveTo(nextMs: number): void {
    this.#nextMs = nextMs;
    this.letIn();
  }

  protected override tryTake(nowMs: number, cost: number): number {
    this.asked++;
    if (nowMs < this.#nextMs) return this.#nextMs - nowMs;
    this.#nextMs = nowMs + this.intervalMs * cost;
    return 0;
  }

  protected override giveBack(_nowMs: number, cost: number, heldMs: number, told: string | undefined): void {
    this.back.push({ cost, heldMs, told });
  }

  protected override judge(threw: boolean, value: unknown): string {
    return `${threw ? 'threw' : 'returned'} ${String(value)}`;
  }
}

function ticks(intervalMs = 100) {
  const clock = new FakeClock();
  return { clock, source: new Ticks(intervalMs, clock) };
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

describe('time', () => {
  test('a permit that is there needs no timer', async () => {
    const { clock, source } = ticks();
    const permit = await source.acquire();
    expect(clock.pending).toBe(0);
    permit.release();
    expect(clock.pending).toBe(0);
  });

  test('one timer serves the whole line, which goes in turn', async () => {
    const { clock, source } = ticks();
    const went: string[] = [];
    for (let n = 0; n < 50; n++) void source.acquire().then(() => went.push(`${n} at ${clock.now()}`));
    await settle();
    expect(clock.pending).toBe(1);
    while (source.waiting > 0) {
      clock.advance(50);
      await settle();
      expect(clock.pending).toBe(source.waiting > 0 ? 1 : 0);
    }
    expect(went).toEqual(Array.from({ length: 50 }, (_, n) => `${n} at ${n * 100}`));
  });

  test('a timer is not set anew while it is early enough, and is when it is not', async () => {
    const { clock, source } = ticks(1000);
    await source.acquire();
    const second = source.acquire();
    expect(clock.nextMs).toBe(1000);
    source.moveTo(5000);
    expect(clock.nextMs).toBe(1000);
    clock.advance(1000);
    expect(clock.nextMs).toBe(5000);
    source.moveTo(2000);
    expect(clock.nextMs).toBe(2000);
    clock.advance(1000);
    await second;
    expect(clock.now()).toBe(2000);
  });

  test('a wait that is longer than timers can be is waited for in parts', async () => {
    const { clock, source } = ticks();
    const days = 86_400_000;
    await source.acquire({ cost: (60 * days) / source.intervalMs });
    const second = source.acquire();
    const asked = source.asked;
    expect(clock.nextMs).toBeLessThan(2 ** 31);
    clock.advance(60 * days - 1);
    expect(source.waiting).toBe(1);
    expect(source.asked - asked).toBeLessThan(5);
    clock.advance(1);
    await second;
  });

  test('when the last one has left, the timer goes too', async () => {
    const { clock, source } = ticks();
    await source.acquire();
    const controller = new AbortController();
    const waits = source.acquire({ signal: controller.signal });
    expect(clock.pending).toBe(1);
    controller.abort();
    await expect(waits).rejects.toThrow('aborted');
    expect(clock.pending).toBe(0);
  });
});

describe('a signal', () => {
  test('that has aborted before rejects at once, and takes nothing', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.acquire({ signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(semaphore.statistics().taken).toBe(0);
  });

  test('lets its waiters leave the line, wherever they stand, and those behind move up', async () => {
    const semaphore = new Semaphore(2);
    const held = await semaphore.acquire();
    const controller = new AbortController();
    const { signal } = controller;
    const big = semaphore.acquire({ cost: 2, signal });
    const small = semaphore.acquire();
    const late = semaphore.acquire({ signal });
    const last = semaphore.acquire();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort('enough');
    await expect(big).rejects.toBe('enough');
    await expect(late).rejects.toBe('enough');
    await small;
    expect(semaphore.statistics()).toEqual({ capacity: 2, taken: 2, waiting: 1 });
    held.release();
    await last;
  });

  test('is let go of when the permit was given, and changes nothing then', async () => {
    const semaphore = new Semaphore(1);
    const held = await semaphore.acquire();
    const controller = new AbortController();
    const waits = semaphore.acquire({ signal: controller.signal });
    held.release();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort('too late');
    const permit = await waits;
    expect(semaphore.statistics().taken).toBe(1);
    permit.release();
  });

  test('that aborts between the permit and the function keeps the function from running', async () => {
    const semaphore = new Semaphore(1);
    const controller = new AbortController();
    let ran = false;
    const work = semaphore.with(
      () => {
        ran = true;
      },
      { signal: controller.signal },
    );
    controller.abort('changed my mind');
    await expect(work).rejects.toBe('changed my mind');
    expect(ran).toBe(false);
    expect(semaphore.statistics().taken).toBe(0);
  });
});

describe('functions', () => {
  test('with: the permit is given back with what became of the function', async () => {
    const { clock, source } = ticks(0);
    await expect(source.with(() => 5)).resolves.toBe(5);
    const failing = source.with(() => {
      clock.advance(30);
      throw new Error('no luck');
    });
    await expect(failing).rejects.toThrow('no luck');
    await source.with((permit) => permit.release('as I say'), { cost: 3 });
    expect(source.back).toEqual([
      { cost: 1, heldMs: 0, told: 'returned 5' },
      { cost: 1, heldMs: 30, told: 'threw Error: no luck' },
      { cost: 3, heldMs: 0, told: 'as I say' },
    ]);
  });

  test('wrap: this, arguments and result are those of the function', async () => {
    const semaphore = new Semaphore(1);
    const counter = {
      count: 10,
      add: semaphore.wrap(async function add(this: { count: number }, by: number, times: number) {
        expect(semaphore.statistics().taken).toBe(1);
        await settle();
        return (this.count += by * times);
      }),
    };
    const results = await Promise.all([counter.add(1, 2), counter.add(3, 4)]);
    expect(results).toEqual([12, 24]);
    expect(semaphore.statistics()).toEqual({ capacity: 1, taken: 0, waiting: 0 });
  });

  test('wrapIterator: a permit for each value while it is made, none while it is used', async () => {
    const semaphore = new Semaphore(1);
    const seen: number[] = [];
    async function* numbers(): AsyncGenerator<number> {
      try {
        for (let n = 0; ; n++) {
          expect(semaphore.statistics().taken).toBe(1);
          yield n;
        }
      } finally {
        seen.push(-1);
      }
    }
    for await (const n of semaphore.wrapIterator(numbers())) {
      expect(semaphore.statistics().taken).toBe(0);
      if (seen.push(n) === 3) break;
    }
    expect(seen).toEqual([0, 1, 2, -1]);
  });

  test('wrapIterator: promises of a plain iterator are waited for with the permit', async () => {
    const semaphore = new Semaphore(2);
    let most = 0;
    let now = 0;
    function* pages(): Generator<Promise<string>> {
      for (const name of ['a', 'b', 'c', 'd']) {
        most = Math.max(most, ++now);
        yield settle().then(() => {
          now--;
          return name;
        });
      }
    }
    const wrapped = semaphore.wrapIterator(pages());
    const steps = await Promise.all([1, 2, 3, 4, 5].map(() => wrapped.next()));
    expect(steps.map((step) => step.value)).toEqual(['a', 'b', 'c', 'd', undefined]);
    expect(steps.at(-1)?.done).toBe(true);
    expect(most).toBe(2);
    expect(semaphore.statistics().taken).toBe(0);
  });
});

test('100,000 who wait, most with one signal, cost as much each as few do', async () => {
  const semaphore = new Semaphore(1);
  const held = await semaphore.acquire();
  const controller = new AbortController();
  const count = 100_000;
  const startMs = performance.now();
  const waits = Array.from({ length: count }, (_, n) =>
    semaphore.acquire(n % 4 === 0 ? {} : { signal: controller.signal }).then(
      (permit: Permit) => permit.release(),
      () => 'left',
    ),
  );
  expect(semaphore.waiting).toBe(count);
  controller.abort();
  expect(semaphore.waiting).toBe(count / 4);
  held.release();
  const ends = await Promise.all(waits);
  expect(ends.filter((end) => end === 'left')).toHaveLength((count * 3) / 4);
  expect(semaphore.statistics()).toEqual({ capacity: 1, taken: 0, waiting: 0 });
  // A line that is looked through for each of them would take minutes.
  expect(performance.now() - startMs).toBeLessThan(5000);
});
