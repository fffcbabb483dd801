// Random trees of scopes and tasks, as data: what each piece of work does, step by step. Every error in a plan has a
// number of its own, so that one which is lost or told twice can be found.

import fc from 'fast-check';

/** What work does next. */
export type Step =
  | { readonly do: 'sleep' | 'sleepOn' | 'shield'; readonly ms: number }
  | { readonly do: 'throw' | 'cancelScope' | 'cancelSelf' | 'turn' | 'awaitAll' }
  | { readonly do: 'spawn' | 'spawnAndAwait' | 'spawnInChild'; readonly task: TaskPlan }
  | { readonly do: 'cancelTask'; readonly which: number }
  | { readonly do: 'scope' | 'childScope'; readonly plan: ScopePlan };

export interface TaskPlan {
  readonly steps: readonly Step[];
  /** What it does when it was told to stop: gives in, throws something else, or ends as if nothing had been. */
  readonly whenCancelled: 'stop' | 'throw' | 'return';
  /** Takes time after its steps, however they ended. */
  readonly cleanUpMs: number;
  readonly onDone: 'nothing' | 'throw' | 'cancelScope' | 'cancelSelf' | 'spawn';
  readonly cancelledAtMs: number | null;
  /** Is spawned with the signal from outside, too. */
  readonly hearsOutside: boolean;
}

export interface ScopePlan {
  readonly steps: readonly Step[];
  readonly limit: number;
  readonly deadlineMs: number;
  readonly onError: 'cancel' | 'collect' | 'handle';
}

const ms = fc.integer({ min: 0, max: 20 });

const plans = fc.letrec<{ step: Step; task: TaskPlan; scope: ScopePlan }>((tie) => {
  const steps = fc.array(tie('step'), { minLength: 2, maxLength: 7, depthIdentifier: 'plan', size: 'max' });
  return {
    step: fc.oneof(
      { depthSize: 'large', depthIdentifier: 'plan', maxDepth: 5, withCrossShrink: true },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('sleep', 'sleepOn', 'shield'), ms }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constantFrom('throw', 'cancelScope', 'cancelSelf', 'turn', 'awaitAll') }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('cancelTask' as const), which: fc.nat(30) }) },
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constantFrom('spawn', 'spawnAndAwait', 'spawnInChild'), task: tie('task') }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('scope', 'childScope'), plan: tie('scope') }) },
    ) as fc.Arbitrary<Step>,
    task: fc.record({
      steps,
      whenCancelled: fc.constantFrom('stop', 'stop', 'throw', 'return'),
      cleanUpMs: fc.oneof(fc.constant(0), ms),
      onDone: fc.constantFrom('nothing', 'nothing', 'nothing', 'throw', 'cancelScope', 'cancelSelf', 'spawn'),
      cancelledAtMs: fc.option(ms, { freq: 6 }),
      hearsOutside: fc.boolean(),
    }),
    scope: fc.record({
      steps,
      limit: fc.constantFrom(Infinity, Infinity, 1, 2, 3),
      deadlineMs: fc.constantFrom(Infinity, Infinity, 0, 5, 15),
      onError: fc.constantFrom('cancel', 'collect', 'handle'),
    }),
  };
});

/** A whole program: what its outermost scope does, and when a signal from outside stops it. */
export const programs: fc.Arbitrary<{ readonly plan: ScopePlan; readonly abortedAtMs: number | null }> = fc.record({
  plan: plans.scope,
  abortedAtMs: fc.option(fc.integer({ min: -1, max: 40 }), { freq: 3 }),
});
