// The summary for programs (`--summary json`): one JSON object on one line. Its names are a contract.
// Times are milliseconds with at most three decimals.

import type { Summary } from './run-summary.ts';
import { countSettled } from './statistics.ts';

/**
 * One line of JSON, without a line end. `results` is of all runs, the rest of this one.
 * @example {"ending":"finished","input":"orders.jsonl","output":"orders.results.jsonl","records":3,...}
 */
export function summaryJson(summary: Summary): string {
  const { statistics } = summary;
  const settledNow = countSettled(statistics.settled) - countSettled(statistics.alreadySettled);
  const { latencyMs } = statistics;
  const json = JSON.stringify({
    ending: summary.ending,
    input: summary.input,
    output: summary.output,
    bodies: summary.bodies,
    records: summary.total,
    results: statistics.settled,
    earlier: statistics.alreadySettled,
    elapsedMs: rounded(statistics.elapsedMs),
    perSecond: rounded(statistics.elapsedMs > 0 ? (settledNow * 1000) / statistics.elapsedMs : 0),
    attempts: statistics.attempts,
    retries: statistics.retries,
    resent: statistics.resent,
    latencyMs: latencyMs && {
      p50: rounded(latencyMs.p50),
      p95: rounded(latencyMs.p95),
      p99: rounded(latencyMs.p99),
      max: rounded(latencyMs.max),
    },
    failures: statistics.resultFailures,
    attemptFailures: statistics.attemptFailures.map(({ kind, count }) => ({ kind, count })),
    local: summary.local,
    resume: summary.resumeCommand,
  });
  return json.replace(/[\p{Cc}\p{Cf}]/gu, escaped);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** What `JSON.stringify` leaves as it is, and a terminal would obey. */
function escaped(character: string): string {
  let codes = '';
  for (let at = 0; at < character.length; at++) codes += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return codes;
}
