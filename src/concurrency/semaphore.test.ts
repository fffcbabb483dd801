import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import type { Permit } from './limits/permit-source.ts';
import { Semaphore } from './semaphore.ts';

/** What has come of promises, in the order in which they were settled. */
function settlements() {
  const order: string[] = [];
  const note = (name: string, promise: Promise<unknown>): void => {
    promise.then(
      () => order.push(name),
      (error: unknown) => order.push(`${name}: ${String(error)}`),
    );
  };
  return { order, note };
}

/** Lets all continuations of settled promises run. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

describe('a semaphore', () => {
  test('gives as many permits as its capacity, and the next when one comes back', async () => {
    const semaphore = new Semaphore(2);
    const [first] = await Promise.all([semaphore.acquire(), semaphore.acquire()]);
    expect(semaphore.tryAcquire()).toBeNull();
    const { order, note } = settlements();
    note('third', semaphore.acquire());
    await settle();
    expect(order).toEqual([]);
    expect(semaphore.statistics()).toEqual({ capacity: 2, taken: 2, waiting: 1 });
    first.release();
    await settle();
    expect(order).toEqual(['third']);
    expect(semaphore.statistics()).toEqual({ capacity: 2, taken: 2, waiting: 0 });
  });

  test('a second release has no effect', async () => {
    const semaphore = new Semaphore(1);
    const permit = await semaphore.acquire();
    permit.release();
    permit.release();
    permit[Symbol.dispose]();
    expect(semaphore.statistics().taken).toBe(0);
  });

  test('`using` gives back, also what was given back before', async () => {
    const semaphore = new Semaphore(1);
    {
      using permit = await semaphore.acquire();
      expect(permit.cost).toBe(1);
      expect(semaphore.statistics().taken).toBe(1);
    }
    expect(semaphore.statistics().taken).toBe(0);
    {
      using permit = await semaphore.acquire();
      permit.release();
      semaphore.tryAcquire();
    }
    expect(semaphore.statistics().taken).toBe(1);
  });

  test('nobody overtakes: not those who ask for less, nor those who only try', async () => {
    const semaphore = new Semaphore(3);
    const held = await semaphore.acquire({ cost: 2 });
    const { order, note } = settlements();
    note('three', semaphore.acquire({ cost: 3 }));
    note('one', semaphore.acquire());
    expect(semaphore.tryAcquire()).toBeNull();
    await settle();
    expect(order).toEqual([]);
    held.release();
    await settle();
    expect(order).toEqual(['three']);
  });

  test('who was given a permit first goes on first', async () => {
    const semaphore = new Semaphore(1);
    const held = semaphore.tryAcquire();
    const { order, note } = settlements();
    note('waited', semaphore.acquire());
    semaphore.setCapacity(2);
    held?.release();
    note('came later', semaphore.acquire());
    await settle();
    expect(order).toEqual(['waited', 'came later']);
  });

  test('grows while some wait, and shrinks below what is out', async () => {
    const semaphore = new Semaphore(0);
    const permits: Permit[] = [];
    const all = Array.from({ length: 5 }, async () => permits.push(await semaphore.acquire()));
    await settle();
    expect(permits).toHaveLength(0);
    semaphore.setCapacity(4);
    await settle();
    expect(permits).toHaveLength(4);
    semaphore.setCapacity(1);
    for (const taken of [3, 2, 1]) {
      permits.shift()?.release();
      await settle();
      expect(semaphore.statistics()).toEqual({ capacity: 1, taken, waiting: 1 });
    }
    permits.shift()?.release();
    await Promise.all(all);
    expect(semaphore.statistics()).toEqual({ capacity: 1, taken: 1, waiting: 0 });
  });

  test.each([
    [() => new Semaphore(-1), 'Expected `capacity` to be a whole number from 0 up, got -1'],
    [() => new Semaphore(1.5), 'Expected `capacity` to be a whole number from 0 up, got 1.5'],
    [() => new Semaphore(1).setCapacity(Number.NaN), 'Expected `capacity` to be a whole number from 0 up, got NaN'],
    [() => new Semaphore(1).tryAcquire(0), 'Expected `cost` to be a whole number of permits from 1 up, got 0'],
  ])('refuses what cannot be: %s', (attempt, message) => {
    expect(attempt).toThrow(new UsageError('bad_option', message));
  });

  test('a cost that cannot be rejects', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.acquire({ cost: 0.5 })).rejects.toThrow('got 0.5');
    expect(semaphore.statistics()).toEqual({ capacity: 1, taken: 0, waiting: 0 });
  });
});

/** One thing that may happen to a semaphore. */
type Step =
  | { readonly kind: 'acquire'; readonly cost: number; readonly signal: number | null }
  | { readonly kind: 'try'; readonly cost: number }
  | { readonly kind: 'run'; readonly fails: boolean }
  | { readonly kind: 'release' | 'finish'; readonly which: number }
  | { readonly kind: 'abort'; readonly which: number }
  | { readonly kind: 'capacity'; readonly capacity: number }
  | { readonly kind: 'turn' };

const most = 6;
const which = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('acquire' as const),
    cost: fc.integer({ min: 1, max: 3 }),
    signal: fc.option(fc.nat({ max: 3 })),
  }),
  fc.record({ kind: fc.constant('try' as const), cost: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('run' as const), fails: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('release' as const, 'finish' as const), which }),
  fc.record({ kind: fc.constant('abort' as const), which: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant('capacity' as const), capacity: fc.nat({ max: most }) }),
  fc.constant({ kind: 'turn' as const }),
);

/** Does steps to a semaphore and keeps books of its own of what is out. */
class Trial {
  readonly semaphore = new Semaphore(3);
  readonly asked: number[] = [];
  readonly given: number[] = [];
  readonly cancelled: number[] = [];
  /** What was seen that must not be. */
  readonly wrong: string[] = [];
  readonly #held: Permit[] = [];
  readonly #running: (() => void)[] = [];
  readonly #signals = Array.from({ length: 4 }, () => new AbortController());
  #taken = 0;
  #capacity = 3;

  async do(given: Step): Promise<void> {
    const before = this.semaphore.statistics().taken;
    await this.#take(given);
    const { taken, capacity } = this.semaphore.statistics();
    if (taken > Math.max(capacity, before)) this.wrong.push(`${taken} taken of ${capacity}, ${before} before`);
  }

  async #take(given: Step): Promise<void> {
    switch (given.kind) {
      case 'acquire':
        return this.#acquire(given.cost, given.signal);
      case 'try': {
        const mayTake =
          this.semaphore.waiting === 0 && this.semaphore.statistics().taken + given.cost <= this.#capacity;
        const permit = this.semaphore.tryAcquire(given.cost);
        if ((permit !== null) !== mayTake) this.wrong.push(`tryAcquire gave ${permit === null ? 'none' : 'one'}`);
        if (permit !== null) this.#hold(permit);
        return;
      }
      case 'run':
        return this.#run(given.fails);
      case 'release': {
        const [permit] = this.#held.splice(given.which % Math.max(1, this.#held.length), 1);
        if (permit !== undefined) this.#taken -= permit.cost;
        return permit?.release();
      }
      case 'finish':
        return this.#running.splice(given.which % Math.max(1, this.#running.length), 1)[0]?.();
      case 'abort':
        this.#signals[given.which]?.abort(`signal ${given.which}`);
        this.#signals[given.which] = new AbortController();
        return;
      case 'capacity':
        this.#capacity = given.capacity;
        return this.semaphore.setCapacity(given.capacity);
      case 'turn':
        await settle();
        if (this.semaphore.statistics().taken !== this.#taken) this.wrong.push(`${this.#taken} are held`);
    }
  }

  /** Gives everything back, again and again, until nothing is left. */
  async end(): Promise<void> {
    this.semaphore.setCapacity(most);
    for (let turn = 0; turn < 1000; turn++) {
      await settle();
      if (this.#held.length + this.#running.length === 0) break;
      for (const finish of this.#running.splice(0)) finish();
      for (const permit of this.#held.splice(0)) {
        this.#taken -= permit.cost;
        permit.release();
      }
    }
  }

  #hold(permit: Permit): void {
    this.#taken += permit.cost;
    this.#held.push(permit);
  }

  #acquire(cost: number, signal: number | null): void {
    const number = this.asked.length;
    this.asked.push(number);
    const controller = signal === null ? undefined : this.#signals[signal];
    const wait = this.semaphore.acquire(controller === undefined ? { cost } : { cost, signal: controller.signal });
    const given = wait.then((permit) => {
      this.given.push(number);
      return this.#hold(permit);
    });
    given.catch((reason: unknown) => {
      if (reason !== `signal ${signal}`) this.wrong.push(`cancelled by ${String(reason)}`);
      this.cancelled.push(number);
    });
  }

  #run(fails: boolean): void {
    const number = this.asked.length;
    this.asked.push(number);
    const work = this.semaphore.with(async () => {
      this.given.push(number);
      this.#taken++;
      await new Promise<void>((resolve) => {
        this.#running.push(resolve);
      });
      this.#taken--;
      if (fails) throw new Error('the work failed');
    });
    work.catch((error: unknown) => {
      if (!fails) this.wrong.push(String(error));
    });
  }
}

test('whatever happens in whatever order: what is taken is given back, in turn, and nobody is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const trial = new Trial();
      for (const one of steps) await trial.do(one);
      await trial.end();
      expect(trial.wrong).toEqual([]);
      expect(trial.semaphore.statistics()).toEqual({ capacity: most, taken: 0, waiting: 0 });
      expect(trial.given).toEqual(trial.given.toSorted((a, b) => a - b));
      expect([...trial.given, ...trial.cancelled].toSorted((a, b) => a - b)).toEqual(trial.asked);
    }),
    { numRuns: 300 },
  );
});
