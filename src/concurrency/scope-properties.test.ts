// The laws of scopes, over random programs on a clock that stands still: trees of scopes and tasks that sleep, fail, clean up, shield,
// spawn and cancel each other. The stages of a program are noted as they happen, and held to the laws.

import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { letHappen, runUntilSettled } from '../testing/run-until-settled.ts';
import { programs } from '../testing/scope-plan.ts';
import type { ScopePlan, Step, TaskPlan } from '../testing/scope-plan.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';
import { scope } from './scope.ts';
import type { Scope, TaskContext } from './scope.ts';
import { sleep } from './sleep.ts';
import type { Task } from './task.ts';

/** Thrown by a plan. */
class Planned extends Error {}

/** What was noted of a task. */
interface Noted {
  readonly task: Task<void>;
  begun: number;
  ended: number;
  told: number;
}

/** Where steps are taken: in the body of a scope, or in a task. */
interface Place {
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly limit: number;
  readonly self: () => Task<void> | null;
}

/** Runs one program, and notes what happens. */
class Program {
  readonly clock = new FakeClock();
  readonly outside = new AbortController();
  readonly tasks: Noted[] = [];
  readonly thrown: Planned[] = [];
  readonly handled: unknown[] = [];
  readonly broken: string[] = [];
  readonly #limits = new WeakMap<Scope, number>();

  bad(): Planned {
    const error = new Planned(`planned ${this.thrown.length}`);
    this.thrown.push(error);
    return error;
  }

  async runScope(plan: ScopePlan, signal: AbortSignal | null): Promise<void> {
    const options = this.optionsOf(plan);
    const mine: Noted[] = [];
    let opened: Scope | null = null;
    try {
      await scope(
        async (s) => {
          opened = s;
          this.#limits.set(s, plan.limit);
          await this.take(plan.steps, { scope: s, signal: s.signal, limit: plan.limit, self: () => null }, mine);
        },
        signal === null ? options : { ...options, signal },
      );
    } finally {
      this.hasEnded(opened, mine);
    }
  }

  async runChild(plan: ScopePlan, parent: Scope): Promise<void> {
    const child = parent.open(this.optionsOf(plan));
    this.#limits.set(child, plan.limit);
    const mine: Noted[] = [];
    try {
      await using s = child;
      await this.take(plan.steps, { scope: s, signal: s.signal, limit: plan.limit, self: () => null }, mine);
    } catch (error) {
      // What the block threw and what failed in the scope: `await using` tells both in one.
      throw error instanceof Error && error.name === 'SuppressedError' ? new AggregateError(parts(error)) : error;
    } finally {
      this.hasEnded(child, mine);
    }
  }

  optionsOf({ limit, deadlineMs, onError }: ScopePlan): ScopeOptions {
    const handle = (error: unknown): void => void this.handled.push(error);
    return { limit, deadlineMs, clock: this.clock, onError: onError === 'handle' ? handle : onError };
  }

  hasEnded(s: Scope | null, mine: readonly Noted[]): void {
    if (s !== null && s.running + s.queued > 0) this.broken.push('a scope was left with tasks in it');
    for (const { task, begun, ended, told } of mine)
      if (begun !== ended || told !== 1) this.broken.push(`${task.name} outlived its scope, ${begun} ${ended} ${told}`);
    try {
      s?.spawn(() => undefined);
      if (s !== null) this.broken.push('a scope that has ended took work');
    } catch {
      // As it should be.
    }
  }

  spawn(s: Scope, plan: TaskPlan, mine: Noted[]): Task<void> {
    const wasCancelled = s.cancelled;
    const options = plan.hearsOutside ? { signal: this.outside.signal } : {};
    const task = s.spawn((context) => this.work(noted, plan, context, mine), options);
    const noted: Noted = { task, begun: 0, ended: 0, told: 0 };
    if (wasCancelled && task.state !== 'cancelled') this.broken.push('spawned in a cancelled scope, and not cancelled');
    this.tasks.push(noted);
    mine.push(noted);
    task.onDone((settled) => this.told(noted, settled, plan, s, mine));
    if (plan.cancelledAtMs === 0) task.cancel();
    else if (plan.cancelledAtMs !== null) this.clock.setTimer(plan.cancelledAtMs, () => task.cancel());
    return task;
  }

  told(noted: Noted, settled: Task<void>, plan: TaskPlan, s: Scope, mine: Noted[]): void {
    noted.told++;
    if (settled.state === 'queued' || settled.state === 'running') this.broken.push('told before it had settled');
    if (noted.begun !== noted.ended) this.broken.push('told before its work had ended');
    if (plan.onDone === 'cancelScope') s.cancel();
    if (plan.onDone === 'cancelSelf') settled.cancel();
    if (plan.onDone === 'spawn') this.spawn(s, { ...plan, onDone: 'nothing', steps: [] }, mine);
    if (plan.onDone === 'throw') throw this.bad();
  }

  async work(noted: Noted, plan: TaskPlan, context: TaskContext, mine: Noted[]): Promise<void> {
    noted.begun++;
    const limit = this.#limits.get(context.scope) ?? Infinity;
    if (context.scope.cancelled) this.broken.push('begun in a cancelled scope');
    if (context.scope.running > limit) this.broken.push(`${context.scope.running} at work under a limit of ${limit}`);
    const { scope: s, signal } = context;
    try {
      await this.take(plan.steps, { scope: s, signal, limit, self: () => noted.task }, mine);
    } catch (error) {
      if (error !== signal.reason || plan.whenCancelled === 'stop') throw error;
      if (plan.whenCancelled === 'throw') throw this.bad();
    } finally {
      if (plan.cleanUpMs > 0) await sleep(plan.cleanUpMs, { clock: this.clock });
      noted.ended++;
    }
  }

  async take(steps: readonly Step[], place: Place, mine: Noted[]): Promise<void> {
    for (const step of steps) await this.takeOne(step, place, mine);
  }

  async takeOne(step: Step, place: Place, mine: Noted[]): Promise<void> {
    const { scope: s, signal } = place;
    const { clock } = this;
    switch (step.do) {
      case 'sleep':
        return await sleep(step.ms, { clock, signal });
      case 'sleepOn':
        return await sleep(step.ms, { clock });
      case 'shield':
        return await s.shield((inner) => sleep(step.ms, { clock, signal: inner.signal }));
      case 'turn':
        return await Promise.resolve();
      case 'throw':
        throw this.bad();
      case 'awaitAll':
        // Of a body: a task would wait for itself, or for one that waits for it.
        if (place.self() === null) await Promise.allSettled(mine.map(({ task }) => task));
        return;
      case 'cancelScope':
        return s.cancel();
      case 'cancelSelf':
        return place.self()?.cancel();
      case 'cancelTask':
        return this.tasks[step.which]?.task.cancel();
      case 'spawn':
        return void this.spawn(s, step.task, mine);
      case 'spawnInChild':
        return void this.spawn(s.open({ onError: 'collect' }), step.task, mine);
      case 'spawnAndAwait': {
        const task = this.spawn(s, step.task, mine);
        // With a limit it could wait for a place that it holds itself.
        if (place.limit !== Infinity) return;
        return await task;
      }
      case 'scope':
        return await this.runScope(step.plan, signal);
      case 'childScope':
        return await this.runChild(step.plan, s);
      default:
        throw step satisfies never;
    }
  }
}

/** All errors that one consists of. */
function parts(error: unknown): unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap((part) => parts(part));
  if (error instanceof Error && error.name === 'SuppressedError')
    return ['error', 'suppressed'].flatMap((part) => parts((error as unknown as Record<string, unknown>)[part]));
  return [error];
}

test('the laws of scopes hold for random programs', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const law = fc.asyncProperty(programs, async ({ plan, abortedAtMs }) => {
    const program = new Program();
    const { clock, outside } = program;
    if (abortedAtMs === -1) outside.abort('from outside');
    else if (abortedAtMs !== null) clock.setTimer(abortedAtMs, () => outside.abort('from outside'));
    const end = await runUntilSettled(clock, program.runScope(plan, outside.signal));
    // Timers of the test itself; none of them may find anything left to do.
    if (clock.pending > 0) clock.advance(100);
    await letHappen();

    expect(program.broken).toEqual([]);
    for (const { task, begun, told } of program.tasks) {
      expect(['done', 'failed', 'cancelled']).toContain(task.state);
      expect(told).toBe(1);
      expect(begun).toBeLessThanOrEqual(1);
    }
    const failures = end.status === 'rejected' ? parts(end.reason) : [];
    const told = [...failures, ...program.handled.flatMap(parts)].filter((error) => error instanceof Planned);
    expect(new Set(told)).toEqual(new Set(program.thrown));
    expect(getEventListeners(outside.signal, 'abort')).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(unhandled).toEqual([]);
  });
  await fc
    .assert(law, { numRuns: Number(process.env['SCOPE_RUNS'] ?? 300) })
    .finally(() => process.off('unhandledRejection', note));
});
