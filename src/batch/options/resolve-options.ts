// The one place that checks the options of a run, fills in the defaults and freezes the outcome.
// Pure: it reads no file and no environment, so that it may be asked twice and answers the same.

import { basename, dirname, join } from 'node:path';
import { parseRate } from '../../concurrency/limits/parse-rate.ts';
import { UsageError } from '../../errors.ts';
import { parseCostPath } from '../../plan/cost-from.ts';
import { nearestName } from '../../plan/nearest-name.ts';
import type { CheckedPlanOptions, PlanOptions } from '../../plan/plan-options.ts';
import { backoffFrom } from '../../retry/backoff.ts';
import { optionName, type OptionNaming } from './bad-option.ts';
import type { BatchOptions } from './batch-options.ts';
import { refuseContradictions } from './option-contradictions.ts';
import { finiteOption } from './no-limit.ts';
import { optionRules } from './option-rules.ts';
import type { ResolvedOptions } from './resolved-options.ts';
import { parseRetryOn, parseStatusSet } from './status-set.ts';

type Key = keyof BatchOptions;

const planKeys = Object.keys({
  url: 0,
  method: 0,
  headers: 0,
  json: 0,
  data: 0,
  form: 0,
  recordAsJson: 0,
  request: 0,
  map: 0,
  baseUrl: 0,
  user: 0,
  bearer: 0,
  idempotencyKey: 0,
  cost: 0,
} satisfies Record<keyof PlanOptions, 0>) as Array<keyof PlanOptions>;

/**
 * Checks options and completes them.
 *
 * @param naming how messages name an option: `concurrency` or `--concurrency`
 * @throws UsageError `bad_option`, `unknown_option`
 * @example resolveOptions({ input: 'orders.jsonl' }).output // 'orders.results.jsonl'
 */
export function resolveOptions(options: BatchOptions, naming: OptionNaming = 'code'): ResolvedOptions {
  const nameOf = (key: Key): string => optionName(key, naming);
  const given = onlyGiven(options);
  for (const [key, value] of Object.entries(given)) ruleOf(key)(value, nameOf(key as Key));
  if (given.input === undefined) optionRules.input(undefined, nameOf('input'));
  const output = given.output ?? defaultOutput(given.input);
  refuseContradictions(given, output, nameOf);
  return Object.freeze(complete(given, output));
}

/** Without what is there but undefined, as callers in plain JavaScript may give it, and without what is said to have no limit. */
function onlyGiven(options: BatchOptions): BatchOptions {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [name, finiteOption(name, value)] as const)
      .filter(([, value]) => value !== undefined),
  ) as unknown as BatchOptions;
}

function ruleOf(key: string): (typeof optionRules)[Key] {
  if (Object.hasOwn(optionRules, key)) return optionRules[key as Key];
  const near = nearestName(key, Object.keys(optionRules));
  throw new UsageError(
    'unknown_option',
    `There is no option \`${key}\``,
    near === null ? {} : { hint: `did you mean \`${near}\`?` },
  );
}

function complete(given: BatchOptions, output: string): ResolvedOptions {
  const rates = Object.freeze([given.rate ?? []].flat().map((text) => parseRate(text, 'rate')));
  const countsCost = rates.some(({ unit }) => unit === 'cost');
  return {
    plan: Object.freeze(planOptions(given, countsCost)),
    input: given.input,
    output,
    outputFormat: /\.csv$/iu.test(output) ? 'csv' : 'jsonl',
    format: given.format ?? null,
    limit: given.limit ?? null,
    offset: given.offset ?? 0,
    maxRecordBytes: given.maxRecordBytes ?? 16 * 2 ** 20,

    concurrency: given.concurrency ?? 'auto',
    perOrigin: given.perOrigin ?? null,
    rates,
    costFrom: given.costFrom === undefined ? null : parseCostPath(given.costFrom, 'costFrom'),
    retries: given.retries ?? 3,
    retryOn: parseRetryOn(given.retryOn ?? '408,425,429,5xx,network,timeout'),
    ...backoffFrom(given),
    success: parseStatusSet(given.success ?? '2xx'),
    timeoutMs: given.timeoutMs ?? 30_000,
    connectTimeoutMs: given.connectTimeoutMs ?? 10_000,
    maxWaitMs: given.maxWaitMs ?? 3_600_000,
    outage: given.outage ?? 'wait',
    maxOutageMs: given.maxOutageMs ?? 3_600_000,
    redirects: given.redirects ?? 10,
    delivery: given.delivery ?? 'at-least-once',
    maxBodyBytes: given.maxBodyBytes ?? 64 * 2 ** 20,

    proxy: proxyUrl(given.proxy),
    socketPath: given.socketPath ?? null,
    cacert: given.cacert ?? null,
    cert: given.cert ?? null,
    key: given.key ?? null,
    insecure: given.insecure ?? false,
    http: given.http ?? 'auto',
    transport: given.transport ?? 'auto',
    pipelining: given.pipelining ?? 1,
    rehearse: given.rehearse ?? false,

    body: given.body ?? 'auto',
    bodies: given.bodies ?? null,
    order: given.order ?? 'completion',
    onResult: given.onResult ?? null,
    hookThreads: given.hookThreads ?? null,
    hookConcurrency: given.hookConcurrency ?? null,
    hookTimeoutMs: given.hookTimeoutMs ?? null,
    fresh: given.fresh ?? false,
    graceMs: given.graceMs ?? 10_000,
  };
}

function planOptions(given: BatchOptions, countsCost: boolean): CheckedPlanOptions {
  const options = planKeys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]] as const);
  // A socket is one server: its URLs need no host.
  if (given.socketPath !== undefined && given.baseUrl === undefined) options.push(['baseUrl', 'http://localhost']);
  return Object.fromEntries<unknown>(countsCost ? [...options, ['countsCost', true]] : options);
}

/** `orders.jsonl.gz` -> `orders.results.jsonl`, beside the input. */
function defaultOutput(input: string): string {
  if (input === '-') return 'stdin.results.jsonl';
  const bare = basename(input)
    .replace(/\.(gz|zst|br)$/iu, '')
    .replace(/\.(jsonl|ndjson|csv|tsv|txt|urls|json)$/iu, '');
  return join(dirname(input), `${bare}.results.jsonl`);
}

/** As curl does: without a scheme it is http; empty means no proxy; names are resolved by the proxy either way. */
function proxyUrl(proxy: string | undefined): string | null | undefined {
  if (proxy === undefined || proxy === '') return proxy === '' ? null : undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\//iu.test(proxy)) return `http://${proxy}`;
  return proxy.replace(/^socks5h:/iu, 'socks5:');
}
