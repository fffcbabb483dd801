// The facts of a run in words, shared by the live block and the plain lines, so that both say the same.
// Pure: pieces of text with their style; the caller joins, cuts and colours them.

import type { FailureCount } from './failure-tally.ts';
import { formatAmount, formatCount, formatDuration, formatRate, formatShare } from './format-numbers.ts';
import type { Percentiles } from './histogram.ts';
import { advanceOf, type ProgressSnapshot } from './progress-snapshot.ts';
import { countSettled, type ShownWait, type Statistics } from './statistics.ts';
import type { Segment, Style } from './terminal-text.ts';

const shownKinds = 8;

/** `12,345/50,000`, `24%`, `1,234/s`, `ETA 30 s`. */
export function advanceFacts(snapshot: ProgressSnapshot): Segment[] {
  const { done, total, estimated, share, etaMs } = advanceOf(snapshot);
  const facts: Segment[] = [total === null ? `${formatCount(done)} done` : ofTotal(done, total, estimated)];
  if (share !== null) facts.push(formatShare(share));
  facts.push(formatRate(share === 1 ? meanRate(snapshot.statistics) : snapshot.statistics.perSecond));
  // A run that is stopping will not come to its end: there is no time of arrival.
  if (etaMs !== null && snapshot.stopping === null) facts.push(`ETA ${formatDuration(etaMs)}`);
  else {
    const elapsed = formatDuration(snapshot.statistics.elapsedMs);
    facts.push(['dim', share === 1 ? `took ${elapsed}` : `${elapsed} so far`]);
  }
  return facts;
}

/** Of the whole run: at its end, what the last second was like matters no more. */
function meanRate({ settled, alreadySettled, elapsedMs }: Statistics): number {
  return elapsedMs > 0 ? ((countSettled(settled) - countSettled(alreadySettled)) * 1000) / elapsedMs : 0;
}

/** `37 in flight`, `12 retries`, `12,300 ok`, `40 failed`, `5 unknown`; what is zero is dim. */
export function countFacts({ settled, inFlight, retries }: Statistics): Segment[] {
  return [
    `${formatCount(inFlight)} in flight`,
    count(retries, 'yellow', retries === 1 ? 'retry' : 'retries'),
    count(settled.ok, 'green', 'ok'),
    count(settled.failed, 'red', 'failed'),
    count(settled.unknown, 'magenta', 'unknown'),
  ];
}

function count(value: number, style: Style, noun: string): Segment {
  return [value > 0 ? style : 'dim', `${formatCount(value)} ${noun}`];
}

/** `503: 30`, `timeout: 7`: of attempts, and of records that never came to an attempt. Empty if there are none. */
export function failureFacts(statistics: Statistics): Segment[] {
  const attempted = new Set(statistics.attemptFailures.map(({ kind }) => kind));
  const others = statistics.resultFailures.filter(({ kind }) => !attempted.has(kind));
  const all = [...statistics.attemptFailures, ...others].sort((a, b) => b.count - a.count);
  const facts: Segment[] = all.slice(0, shownKinds).map(failureFact);
  if (all.length > shownKinds) facts.push(['dim', `and ${formatAmount(all.length - shownKinds, 'more kind')}`]);
  return facts;
}

/** `p50 12 ms`, `p95 340 ms`, `p99 1.2 s`. */
export function latencyFacts(latency: Percentiles): Segment[] {
  return (['p50', 'p95', 'p99'] as const).map((name) => `${name} ${formatDuration(latency[name])}`);
}

/** What the run waits for, in words, the fullest first and a short one last; empty if it waits for nothing. */
export function waitFacts({ statistics, stopping, rateLimit, state, local, hooks }: ProgressSnapshot): string[] {
  if (stopping !== null) return stoppingFacts(statistics.inFlight, hooks?.open ?? 0, stopping.graceLeftMs);
  if (state === 'paused')
    return [`paused, ${formatCount(statistics.inFlight)} in flight: go on with ctl resume`, 'paused'];
  if (state === 'draining') return ['draining: finishing what was begun', 'draining'];
  if (local !== null) return [`this machine: ${local}`, local];
  if (hooks?.areAwaited === true)
    return [`waiting: the hook (--on-result) has ${formatAmount(hooks.open, 'result')} to do`, 'waiting for the hook'];
  const [first] = statistics.waits;
  if (first === undefined) return [];
  const others = statistics.waitingOrigins - 1;
  const also = others > 0 ? `, and ${formatAmount(others, 'other origin')} wait${others === 1 ? 's' : ''}` : '';
  const host = first.origin.replace(/^https?:\/\//, '');
  const left = wholeSeconds(first.leftMs);
  if (first.reason === 'retry-after')
    return [`waiting: ${host} asked us to wait ${left}${also}`, `wait ${left}: ${host}`];
  if (first.reason === 'quota')
    return [`waiting: ${host} allows no more for ${left}${because(first)}${also}`, `quota, wait ${left}: ${host}`];
  if (first.reason === 'retries')
    return [`waiting: ${host} fails too often for more retries${also}`, `retries wait: ${host}`];
  if (first.leftMs === Infinity)
    return [`waiting: ${host} is down${because(first)}; asking it now${also}`, `down, asking: ${host}`];
  if (first.reason === 'outage') {
    const short = `down, again in ${left}: ${host}`;
    return [`waiting: ${host} is down${because(first)}; trying it again in ${left}${also}`, short];
  }
  const limit = rateLimit === null ? 'rate limit' : `rate limit ${rateLimit}`;
  return [`waiting: ${limit} for ${host}${also}`, limit];
}

function because({ detail }: ShownWait): string {
  return detail === null ? '' : ` (${detail})`;
}

function stoppingFacts(inFlight: number, hooks: number, graceLeftMs: number): string[] {
  const left = [
    ...(inFlight > 0 ? [formatAmount(inFlight, 'request')] : []),
    ...(hooks > 0 ? [formatAmount(hooks, 'hook')] : []),
  ];
  if (left.length === 0) return ['stopping: writing what is settled', 'stopping'];
  const upTo = wholeSeconds(graceLeftMs);
  return [
    `stopping: letting ${left.join(' and ')} finish (up to ${upTo}); press Ctrl-C again to stop now`,
    `stopping: ${formatCount(inFlight + hooks)} to finish (up to ${upTo}); Ctrl-C: stop now`,
    `stopping (${upTo})`,
  ];
}

function wholeSeconds(ms: number): string {
  return formatDuration(Math.max(1, Math.ceil(ms / 1000)) * 1000);
}

function failureFact(failure: FailureCount): Segment {
  return ['red', `${failure.kind}: ${formatCount(failure.count)}`];
}

function ofTotal(done: number, total: number, estimated: boolean): string {
  return `${formatCount(done)}/${estimated ? '~' : ''}${formatCount(total)}`;
}
