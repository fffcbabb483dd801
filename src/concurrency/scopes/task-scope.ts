// Scopes: whatever is begun in one has ended before it is left, and what failed is told by leaving it. Here is what
// scopes promise to each other and to their owner; who runs when is up to `task-line.ts`.
//
// Invariants: children settle before parents. Cancelled once, cancelled until it has ended. After the end there is no
// timer, listener or promise left, and every failure has been told once: by `close` or `scope`, or to the parent.

import { CancelledError, UsageError } from '../../errors.ts';
import { Alarm } from '../time/alarm.ts';
import { badValue } from '../bad-value.ts';
import { becauseOf, isConsequence, tooLate } from './cancellation.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { Failures } from './failures.ts';
import { onAbort } from '../on-abort.ts';
import { checkedMs, checkedOptions } from './scope-options.ts';
import type { ErrorPolicy, ScopeOptions, ScopeStatistics, ShieldOptions, SpawnOptions } from './scope-options.ts';
import { TaskLine } from './task-line.ts';
import type { Task } from '../task.ts';

/** What a piece of work is told about itself. It fits where options with a `signal` are taken: `sleep(100, context)`. */
export interface TaskContext {
  /** Aborts when the task is told to stop. Made when it is first read. */
  readonly signal: AbortSignal;
  /** The task was told to stop. */
  readonly cancelled: boolean;
  /** @throws the reason, if the task was told to stop */
  throwIfCancelled(): void;
  /** The scope of the task, to spawn more. */
  readonly scope: Scope;
  readonly name: string;
}

/** A piece of work: called once, with its context, never within the call that spawns it. */
export type Work<T> = (context: TaskContext) => T | PromiseLike<T>;

// What `scope` and `openScope` need, and the public face does not have.

/** @throws UsageError for options that cannot be used */
export let makeScope: (options?: ScopeOptions) => Scope;

/** Runs the body of a scope, then leaves it. */
export let runIn: <T>(opened: Scope, body: (scope: Scope) => T | PromiseLike<T>) => Promise<T>;

/**
 * A place for tasks, like the `TaskGroup` of asyncio, the nursery of trio and the `Pool` of gevent. Leaving it waits for all that was begun in
 * it; when it is cancelled, all in it is. Made by `scope`, which is what to use, by `openScope`, or as a child with `open`.
 *
 * What tasks throw is what leaving the scope throws: the first failure as it is; of several an AggregateError, whose
 * `cause` is the first. What is thrown only because of the scope being cancelled does not count.
 *
 * @example
 * import { openScope } from 'manyfetch/concurrency';
 *
 * await using s = openScope({ limit: 2, onError: (_, task) => console.log(`bad: ${task.name}`) });
 * for (const text of ['1', '{', '[2]']) s.spawn(() => JSON.parse(text) as unknown, { name: text });
 * await s.join(); // prints bad: {
 * const { done, failed } = s.statistics();
 * console.log(done, failed); // prints 2 1
 */
export class Scope implements AsyncDisposable {
  readonly #tasks: TaskLine;
  /** Work that goes on when the scope is cancelled. */
  #shielded: TaskLine | null = null;
  readonly #children = new Set<Scope>();
  /** All children were told that nothing more comes from here. */
  #leftChildren = false;
  #parent: Scope | null = null;
  readonly #clock: Clock;
  readonly #onError: ErrorPolicy;
  readonly #failures = new Failures();
  #phase: 'open' | 'closing' | 'ended' = 'open';
  #isCancelled = false;
  #reason: unknown = undefined;
  #abort: AbortController | null = null;
  readonly #deadline: Alarm | null;
  readonly #forgetSignal: (() => void) | null;
  /** Who closes it, and is told what failed. */
  #closer: PromiseWithResolvers<void> | null = null;
  #joiners: (() => void)[] = [];

  private constructor(options: ScopeOptions, usualClock: Clock) {
    const { limit, deadlineMs, onError, signal, clock = usualClock } = checkedOptions(options);
    this.#clock = clock;
    this.#onError = onError;
    this.#tasks = new TaskLine(
      this.#keeperOf((error, task) => this.#taskFailed(error, task)),
      limit,
    );
    const expire = (): void => this.#cancel(tooLate(deadlineMs, this.#tasks.late()), true);
    this.#deadline = deadlineMs === Infinity ? null : new Alarm(clock, deadlineMs, expire);
    const abort = (): void => this.#cancel(signal?.reason, true);
    this.#forgetSignal = signal === undefined ? null : onAbort(signal, abort);
  }

  #keeperOf(failed: (error: unknown, task: Task<unknown>) => void) {
    return { scope: this, failed, idle: () => Scope.#check(this) };
  }

  /**
   * Begins a task. Its work is called soon, in the order of spawning, when the limit of the scope lets it. In a scope that was
   * cancelled it is settled as `cancelled`, and never called.
   *
   * If it fails the scope fails, also if somebody awaits the task: what is to be dealt with is caught in the work, or by `onError`.
   *
   * @throws UsageError `task_state` if the scope has ended
   * @example
   * import { scope, sleep } from 'manyfetch/concurrency';
   *
   * await scope(async (s) => {
   *   const slow = s.spawn((context) => sleep(20, context).then(() => 'slow'));
   *   const quick = s.spawn(() => 'quick', { name: 'q' });
   *   console.log(await slow, quick.name, quick.result); // prints slow q quick
   * });
   */
  spawn<T>(work: Work<T>, options?: SpawnOptions): Task<T> {
    if (typeof work !== 'function') throw badValue('`work`', 'a function', work, 'write `() => work()`');
    this.#mustNotHaveEnded('spawn in');
    const task = this.#tasks.spawn<T>(work, options?.name);
    const signal = options?.signal;
    if (signal !== undefined) task.onDone(onAbort(signal, () => task.cancel(signal.reason)));
    return task;
  }

  /**
   * Opens a scope in this one, with options of its own. It is cancelled with this one; this one does not end before it. If
   * nobody closes it, this one does, and tells what failed in it.
   *
   * A child has a limit of its own. Work that waits for work needs one: with all places of a limit taken by tasks that wait for
   * tasks of the same scope, these never get one.
   */
  open(options: ScopeOptions = {}): Scope {
    this.#mustNotHaveEnded('open a scope in');
    const child = new Scope(options, this.#clock);
    child.#parent = this;
    this.#children.add(child);
    this.#leftChildren = false;
    if (this.#isCancelled) child.#cancel(this.#reason, true);
    return child;
  }

  /**
   * Does work that must be finished though the scope is cancelled, such as giving something back. No limit holds it up, its
   * signal does not abort with the scope, and the scope waits for it. What it throws is told by the promise alone.
   *
   * @throws what the work throws, which is a DeadlineError if it stopped as `timeoutMs` had passed; UsageError `task_state` if the scope has ended
   */
  async shield<T>(work: Work<T>, options: ShieldOptions = {}): Promise<T> {
    this.#mustNotHaveEnded('shield work in');
    const timeoutMs = checkedMs('`timeoutMs`', options.timeoutMs ?? Infinity);
    this.#shielded ??= new TaskLine(
      this.#keeperOf(() => undefined),
      Infinity,
    );
    const task = this.#shielded.spawn<T>(work, 'shielded work');
    const alarm = new Alarm(this.#clock, timeoutMs, () => task.cancel(tooLate(timeoutMs)));
    task.onDone(() => alarm.clear());
    return await task;
  }

  /**
   * Cancels all in it, and what is still spawned in it, until it has ended. Again has no effect. By itself it does not make the scope throw:
   * a body that has its result may cancel the rest and return.
   *
   * @param reason what signals and awaited tasks tell @default a CancelledError
   */
  cancel(reason?: unknown): void {
    this.#cancel(reason === undefined ? new CancelledError('The scope was cancelled') : reason, false);
  }

  /** Aborts when the scope is cancelled. Made when it is first read. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#isCancelled) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  get cancelled(): boolean {
    return this.#isCancelled;
  }

  /** Tasks whose work has begun and not ended. */
  get running(): number {
    return this.#tasks.running;
  }

  /** Tasks whose work has not begun. */
  get queued(): number {
    return this.#tasks.queued;
  }

  /** Tasks that have not settled: those at work, as they began, then those that wait. To find out what a scope is waiting for. */
  tasks(): readonly Task<unknown>[] {
    return this.#tasks.unsettled();
  }

  statistics(): ScopeStatistics {
    const { limit, running, queued, spawned, done, failures, cancelled } = this.#tasks;
    return { limit, running, queued, spawned, done, failed: failures, cancelled };
  }

  /** Waits until nothing in it is queued or running, children and shielded work included. The scope stays open; nothing is thrown. A task that joins its own scope waits for ever. */
  async join(): Promise<void> {
    for (let waited = true; waited;) {
      waited = false;
      for (const scope of this.#tree()) {
        if (!scope.#busy) continue;
        waited = true;
        await new Promise<void>((resolve) => scope.#joiners.push(resolve));
      }
    }
  }

  /** This one and those in it, parents first. A loop, as in all that walks over scopes: many, or deep ones, must not fill the stack. */
  #tree(goesOn: (scope: Scope) => boolean = () => true): readonly Scope[] {
    const all: Scope[] = [this];
    for (const scope of all) if (goesOn(scope)) for (const child of scope.#children) all.push(child);
    return all;
  }

  /**
   * Leaves it: waits for all in it, then ends it. Tasks may still spawn until the last one has settled.
   *
   * The first to close it is told what failed; for others it just has ended. A task that awaits the close of its own scope waits for ever.
   *
   * @throws what failed in it; DeadlineError if its deadline has passed; the reason of its signal, or of its parent, if that cancelled it
   */
  close(): Promise<void> {
    if (this.#closer !== null) return this.#closer.promise.catch(() => undefined);
    this.#closer = Promise.withResolvers();
    const { promise } = this.#closer;
    // What failed in one that its parent has closed was told there.
    if (this.#phase === 'ended') this.#closer.resolve();
    else this.#phase = 'closing';
    Scope.#check(this);
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #busy(): boolean {
    return this.#tasks.busy || this.#shielded?.busy === true;
  }

  #mustNotHaveEnded(verb: string): void {
    if (this.#phase !== 'ended') return;
    throw new UsageError('task_state', `Cannot ${verb} a scope that has ended`, {
      hint: 'Do it before its body has returned, or in a task of the scope.',
    });
  }

  /** @param fails whether it fails with the reason, as all in it do */
  #cancel(reason: unknown, fails: boolean): void {
    const scopes: Scope[] = [this];
    for (const scope of scopes) {
      if (scope.#isCancelled || scope.#phase === 'ended') continue;
      if (fails || scope !== this) scope.#failures.add(reason, 'cancelled');
      scope.#isCancelled = true;
      scope.#reason = reason;
      scope.#abort?.abort(reason);
      scope.#tasks.cancelAll(reason);
      for (const child of scope.#children) scopes.push(child);
    }
  }

  #taskFailed(thrown: unknown, task: Task<unknown>): void {
    // Only a callback that was added too late: nobody else is left to be told.
    if (this.#phase === 'ended') throw thrown;
    let error = thrown;
    if (typeof this.#onError === 'function') {
      try {
        this.#onError(thrown, task);
        return;
      } catch (another) {
        error = another;
      }
    }
    this.#count(error, task.name);
  }

  #count(error: unknown, name: string): void {
    this.#failures.add(error, name);
    if (this.#onError !== 'collect') this.#cancel(becauseOf(name, error), false);
  }

  /** Something has ended: goes on with ending, from here up. */
  static #check(from: Scope): void {
    for (let scope: Scope | null = from; scope !== null && !scope.#busy; scope = scope.#parent) {
      for (const resolve of scope.#joiners.splice(0)) resolve();
      if (scope.#phase !== 'closing') return;
      scope.#leaveChildren();
      if (!scope.#endIfOver()) return;
    }
  }

  /** Nothing more comes from here: children end when they have ended their own. */
  #leaveChildren(): void {
    if (this.#leftChildren) return;
    this.#leftChildren = true;
    const [, ...inner] = this.#tree((scope) => scope === this || !scope.#busy);
    for (const scope of inner) {
      if (scope.#phase === 'open') scope.#phase = 'closing';
      scope.#leftChildren = !scope.#busy;
    }
    for (const scope of inner.toReversed()) scope.#endIfOver();
  }

  /** @returns whether it has ended now */
  #endIfOver(): boolean {
    if (this.#phase !== 'closing' || this.#children.size > 0 || this.#busy) return false;
    this.#phase = 'ended';
    this.#deadline?.clear();
    this.#forgetSignal?.();
    if (this.#failures.size === 0) this.#closer?.resolve();
    else this.#closer?.reject(this.#failures.toError());
    if (this.#parent !== null) this.#parent.#childEnded(this);
    return true;
  }

  /** What failed in a child that nobody closed is told here. */
  #childEnded(child: Scope): void {
    this.#children.delete(child);
    for (const { error, name } of child.#closer === null ? child.#failures.list : [])
      if (!this.#isCancelled || !isConsequence(error, this.#reason)) this.#count(error, name);
  }

  static {
    makeScope = (options = {}) => new Scope(options, systemClock);
    runIn = async <T>(opened: Scope, body: (scope: Scope) => T | PromiseLike<T>): Promise<T> => {
      let outcome: { readonly value: T } | { readonly error: unknown };
      try {
        // What its signal tells before anything was begun is told without beginning.
        if (opened.#isCancelled) throw opened.#reason;
        outcome = { value: await body(opened) };
      } catch (error) {
        outcome = { error };
        if (!opened.#isCancelled || !isConsequence(error, opened.#reason)) {
          opened.#failures.addOfBody(error);
          opened.#cancel(becauseOf('the body of the scope', error), false);
        }
      }
      await opened.close();
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    };
  }
}
