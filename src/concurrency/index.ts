// The entry point `manyfetch/concurrency`: tasks, scopes, and what is made of them, for work of any kind. Sorted; no logic.
// What is listed here is public from `manyfetch` too.

export { asCompleted, type Completed } from './as-completed.ts';
export { Barrier } from './barrier.ts';
export type { Clock, TimerHandle } from './clock.ts';
export { Event } from './event.ts';
export { gather, type Gathered, type GatherOptions, gatherOutcomes, type GatherOutcomesOptions } from './gather.ts';
export { type AcquireOptions, type Permit, PermitSource } from './limits/permit-source.ts';
export { mapOrdered } from './map-ordered.ts';
export { mapUnordered } from './map-unordered.ts';
export { Queue, type QueueStatistics, type WaitOptions } from './queue.ts';
export { any, race, type RaceOptions } from './race.ts';
export { RateLimit, type RateLimitOptions, type RateLimitStatistics, type RealCost } from './rate-limit.ts';
export { openScope, scope, type Scope, type TaskContext, type Work } from './scope.ts';
export type { Gatherable, NamedWorks } from './scopes/gathering.ts';
export type {
  ErrorPolicy,
  ScopeOptions,
  ScopeStatistics,
  ShieldOptions,
  SpawnOptions,
} from './scopes/scope-options.ts';
export { Semaphore, type SemaphoreStatistics } from './semaphore.ts';
export { shield } from './shield.ts';
export { sleep, type SleepOptions } from './sleep.ts';
export type { ItemContext } from './sources/item-context.ts';
export type { MapFunction, MapOptions, MapSource, MapStream } from './sources/map-stream.ts';
export { type Outcome, Task, type TaskState } from './task.ts';
export { timeout, type TimeoutOptions } from './timeout.ts';
export { wait, type Waited, type WaitForOptions } from './wait.ts';
