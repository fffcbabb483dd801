// Work whose results are wanted together, in the order or by the names under which it was given. What it starts it ends;
// tasks and promises that it is given belong to others: it waits for them and never cancels them.

import { Gathering } from './scopes/gathering.ts';
import type { Gatherable, NamedWorks } from './scopes/gathering.ts';
import type { ScopeOptions } from './scopes/scope-options.ts';
import type { Outcome } from './task.ts';

/** What comes of it. */
export type Gathered<Each> = Each extends (...args: never[]) => infer Result ? Awaited<Result> : Awaited<Each>;

/** How work is started whose outcomes are all wanted. `limit`, `deadlineMs` and `signal` are as for a scope. */
export type GatherOutcomesOptions = Omit<ScopeOptions, 'onError'>;

/** How work is started whose results are all wanted. */
export interface GatherOptions extends GatherOutcomesOptions {
  /**
   * What a failure does. `'cancel'`: it cancels the rest. `'collect'`: the rest goes on to its end. Thrown it is in any case.
   * @default 'cancel'
   */
  readonly onError?: 'cancel' | 'collect' | undefined;
}

type ResultsOf<Works> = { -readonly [Key in keyof Works]: Gathered<Works[Key]> };
type OutcomesOf<Works> = { -readonly [Key in keyof Works]: Outcome<Gathered<Works[Key]>> };

/**
 * Does several things at once, and gives their results in the order, or by the names, in which they were given: `gather` of
 * asyncio, with two cures. A failure cancels the rest and waits for it, and no second failure is lost.
 *
 * Functions are started, at most `limit` of them at a time. Tasks and promises are waited for, and left alone by a failure.
 * For what does not fit in memory use `mapOrdered`. To go on after failures, and see them all, use `gatherOutcomes`.
 *
 * @param works a list, any iterable, or an object whose values are functions, tasks or promises
 * @throws what failed; with more than one failure an AggregateError, `cause` the first of them; the reason of the signal
 * @example
 * import { gather, sleep } from 'manyfetch/concurrency';
 *
 * const slowly = async (ms: number) => sleep(ms).then(() => ms * 2);
 * console.log(await gather([() => slowly(20), () => slowly(10)])); // prints [ 40, 20 ]
 * const { left, right } = await gather({ left: () => slowly(2), right: () => 'at once' });
 * console.log(left, right); // prints 4 at once
 */
export async function gather<Works extends readonly Gatherable[] | []>(
  works: Works,
  options?: GatherOptions,
): Promise<ResultsOf<Works>>;
export async function gather<Each extends Gatherable>(
  works: Iterable<Each>,
  options?: GatherOptions,
): Promise<Gathered<Each>[]>;
export async function gather<Works extends NamedWorks>(
  works: Works,
  options?: GatherOptions,
): Promise<ResultsOf<Works>>;
export async function gather(works: Iterable<Gatherable> | NamedWorks, options: GatherOptions = {}): Promise<unknown> {
  const gathering = new Gathering(works);
  await (options.onError === 'collect'
    ? gathering.runAll(options)
    : gathering.run(options, options.onError ?? 'cancel'));
  return gathering.shaped(resultOf);
}

/** There is none if one of the works cancelled the scope of all, which it can by its context. */
function resultOf(outcome: Outcome<unknown>): unknown {
  if (outcome.state === 'done') return outcome.result;
  throw outcome.state === 'failed' ? outcome.error : outcome.reason;
}

/**
 * Does several things at once, and tells of each what became of it, in the order or by the names: `gather` with
 * `return_exceptions=True`, `Promise.allSettled` with a limit. No failure cancels another.
 *
 * @throws the reason of the signal, or a deadline that has passed; never what one of the works threw
 * @example
 * import { gatherOutcomes } from 'manyfetch/concurrency';
 *
 * const outcomes = await gatherOutcomes([() => 1, () => JSON.parse('{')], { limit: 10 });
 * for (const outcome of outcomes) console.log(outcome.state);
 * // prints done
 * // prints failed
 */
export async function gatherOutcomes<Works extends readonly Gatherable[] | []>(
  works: Works,
  options?: GatherOutcomesOptions,
): Promise<OutcomesOf<Works>>;
export async function gatherOutcomes<Each extends Gatherable>(
  works: Iterable<Each>,
  options?: GatherOutcomesOptions,
): Promise<Outcome<Gathered<Each>>[]>;
export async function gatherOutcomes<Works extends NamedWorks>(
  works: Works,
  options?: GatherOutcomesOptions,
): Promise<OutcomesOf<Works>>;
export async function gatherOutcomes(
  works: Iterable<Gatherable> | NamedWorks,
  options: GatherOutcomesOptions = {},
): Promise<unknown> {
  const gathering = new Gathering(works);
  await gathering.run(options, () => {});
  return gathering.shaped((outcome) => outcome);
}
