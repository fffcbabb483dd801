// One gather while it goes on: functions become tasks of a scope of its own, tasks and promises of others are waited for
// beside them. It knows the place of each, and gives the results the shape in which the works came.

import { isPromise } from './is-promise.ts';
import { badValue } from '../bad-value.ts';
import { Failures } from './failures.ts';
import { pickedOptions } from './picked-options.ts';
import { scope } from '../scope.ts';
import type { Scope, Work } from '../scope.ts';
import type { ScopeOptions } from './scope-options.ts';
import { Task } from '../task.ts';
import type { Outcome } from '../task.ts';

/** What can be gathered: a function, which is started, or a task or promise, which goes on already. */
export type Gatherable<T = unknown> = Work<T> | PromiseLike<T>;

/** Works by their names. */
export type NamedWorks = Readonly<Record<string, Gatherable>>;

/** What a failure does: it cancels the rest, or somebody is told, with the name of what failed. */
type OnFailure = 'cancel' | ((error: unknown, failed: { readonly name: string }) => void);

export class Gathering {
  readonly #names: readonly string[] | null;
  readonly #members: readonly Gatherable[];
  /** Of those that others have started, at their places: looked at from the beginning, so that no failure is unhandled. */
  readonly #others: readonly (Promise<Outcome<unknown>> | null)[];
  readonly #outcomes: Outcome<unknown>[] = [];

  /** @throws UsageError for what can be neither started nor waited for */
  constructor(works: Iterable<Gatherable> | NamedWorks) {
    if (typeof works !== 'object' || works === null)
      throw badValue('`works`', 'a list, another iterable or an object', works);
    this.#names = Symbol.iterator in works ? null : Object.keys(works);
    this.#members = Symbol.iterator in works ? [...works] : Object.values(works);
    this.#others = this.#members.map((member) => (typeof member === 'function' ? null : outcomeOf(member)));
    for (const [index, member] of this.#members.entries()) {
      if (typeof member === 'function' || isPromise(member)) continue;
      const hint = 'Give the function itself and not what it returns: `() => work()`.';
      throw badValue(
        `\`${this.#placeOf(index)}\` of what is gathered`,
        'a function, a task or a promise',
        member,
        hint,
      );
    }
  }

  /**
   * Ends when all have, or, to cancel, with the first failure.
   *
   * @throws what the scope throws
   */
  async run(options: ScopeOptions, onError: OnFailure): Promise<void> {
    const tasks: (Task<unknown> | null)[] = [];
    await scope(
      (within) => {
        for (const [index, member] of this.#members.entries())
          tasks.push(typeof member === 'function' ? within.spawn(member, this.#nameOf(index)) : null);
        return this.#waitForOthers(within, onError);
      },
      pickedOptions(options, onError),
    );
    for (const [index, task] of tasks.entries()) if (task !== null) this.#outcomes[index] = settledAs(task);
  }

  /**
   * Ends when all have.
   *
   * @throws all that failed
   */
  async runAll(options: ScopeOptions): Promise<void> {
    const failures = new Failures();
    try {
      await this.run(options, (error, { name }) => failures.add(error, name));
    } catch (error) {
      failures.add(error, 'cancelled');
    }
    if (failures.size > 0) throw failures.toError();
  }

  /** What each outcome is made to, as a list or by name. */
  shaped(make: (outcome: Outcome<unknown>) => unknown): unknown {
    const all = this.#outcomes.map(make);
    return this.#names === null ? all : Object.fromEntries(this.#names.map((name, index) => [name, all[index]]));
  }

  #nameOf(index: number): { readonly name?: string } {
    const name = this.#names?.[index];
    return name === undefined ? {} : { name };
  }

  #placeOf(index: number): string {
    return this.#names?.[index] ?? `number ${index + 1}`;
  }

  /** Waits for those that others have started; until the scope is cancelled, since they cannot be. */
  async #waitForOthers(within: Scope, onError: OnFailure): Promise<void> {
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    let left = 0;
    for (const [index, other] of this.#others.entries()) {
      if (other === null) continue;
      left++;
      const settled = (outcome: Outcome<unknown>): void => {
        this.#outcomes[index] = outcome;
        if (outcome.state !== 'done') {
          const error = outcome.state === 'failed' ? outcome.error : outcome.reason;
          if (onError === 'cancel') reject(error);
          else onError(error, { name: this.#placeOf(index) });
        }
        if (--left === 0) resolve();
      };
      void other.then(settled);
    }
    if (left === 0) return;
    const giveUp = (): void => {
      const outcome: Outcome<unknown> = { state: 'cancelled', reason: within.signal.reason };
      for (const [index, other] of this.#others.entries()) if (other !== null) this.#outcomes[index] ??= outcome;
      resolve();
    };
    within.signal.addEventListener('abort', giveUp, { once: true });
    await promise;
  }
}

/** What became of a task that has settled. */
function settledAs(task: Task<unknown>): Outcome<unknown> {
  if (task.state === 'done') return { state: 'done', result: task.result };
  return task.state === 'failed' ? { state: 'failed', error: task.error } : { state: 'cancelled', reason: task.error };
}

/** What becomes of it; never rejects. */
function outcomeOf(member: PromiseLike<unknown>): Promise<Outcome<unknown>> {
  if (member instanceof Task) return member.outcome();
  return Promise.resolve(member).then(
    (result) => ({ state: 'done', result }),
    (error: unknown) => ({ state: 'failed', error }),
  );
}
