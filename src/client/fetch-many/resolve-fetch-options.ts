// Checks the options of `fetchMany`, fills in the defaults and makes what they ask for. Nothing is
// connected, read or started here.

import { idempotencyHeaderOf } from '../../plan/idempotency-header.ts';
import { randomUUID } from 'node:crypto';
import { badOption } from '../../batch/options/bad-option.ts';
import type { BatchOptions } from '../../batch/options/batch-options.ts';
import { resolveOptions } from '../../batch/options/resolve-options.ts';
import type { ResolvedOptions } from '../../batch/options/resolved-options.ts';
import { longestTimerMs } from '../../concurrency/time/longest-timer.ts';
import { UsageError } from '../../errors.ts';
import type { TransportKind } from '../../http/choose-transport.ts';
import type { Transport } from '../../http/transport.ts';
import type { TransportOptions } from '../../http/transport-options.ts';
import { readBaseUrl } from '../../plan/check-plan-options.ts';
import { basic } from '../../plan/header-plan.ts';
import { checkedLookup, refuseUnusedSocket } from '../checked-lookup.ts';
import { DefaultHeaders } from '../default-headers.ts';
import type { FetchManyOptions, SharedOption } from './fetch-many-options.ts';
import type { FetchProgress } from './fetch-progress.ts';
import type { ItemPlannerOptions } from './item-planner.ts';
import type { CallbackOptions } from './result-callbacks.ts';
import { unknownOption } from '../unknown-option.ts';

type OwnOption = Exclude<keyof FetchManyOptions, SharedOption>;

const sharedNames: readonly string[] = Object.keys({
  backoffMs: 0,
  baseUrl: 0,
  bearer: 0,
  concurrency: 0,
  connectTimeoutMs: 0,
  costFrom: 0,
  delivery: 0,
  http: 0,
  idempotencyKey: 0,
  insecure: 0,
  maxBackoffMs: 0,
  maxBodyBytes: 0,
  maxOutageMs: 0,
  maxWaitMs: 0,
  outage: 0,
  perOrigin: 0,
  pipelining: 0,
  proxy: 0,
  rate: 0,
  redirects: 0,
  retries: 0,
  retryOn: 0,
  socketPath: 0,
  success: 0,
  timeoutMs: 0,
  user: 0,
} satisfies Record<SharedOption, 0>);

const ownNames: readonly string[] = Object.keys({
  headers: 0,
  ca: 0,
  cert: 0,
  key: 0,
  lookup: 0,
  onError: 0,
  onProgress: 0,
  onResult: 0,
  ordered: 0,
  parse: 0,
  progressEveryMs: 0,
  signal: 0,
  totalTimeoutMs: 0,
  transport: 0,
} satisfies Record<OwnOption, 0>);

/** Checked and complete. */
export interface ResolvedFetchOptions {
  readonly sending: ResolvedOptions;
  readonly planning: ItemPlannerOptions;
  readonly connecting: TransportOptions;
  /** Made elsewhere, and closed there. */
  readonly given: Transport | null;
  readonly ordered: boolean;
  readonly signal: AbortSignal | null;
  readonly callbacks: CallbackOptions;
  readonly onProgress: ((progress: FetchProgress) => void) | null;
  readonly progressEveryMs: number;
  readonly totalTimeoutMs: number | null;
}

/** @throws {UsageError} `bad_option`, `unknown_option` */
export function resolveFetchOptions<Item, Value, Fallback>(
  options: FetchManyOptions<Item, Value, Fallback>,
): ResolvedFetchOptions {
  refuseUnknown(options);
  const { ordered = false, signal, parse, onResult, onError, onProgress, ...others } = options;
  const { progressEveryMs = 1000, totalTimeoutMs: within, headers, ca, lookup, transport, ...rest } = others;
  const totalTimeoutMs = within === Infinity ? undefined : within;
  refuseUnusedSocket({ socketPath: rest.socketPath, transport });
  for (const [name, pem] of Object.entries({ ca, cert: rest.cert, key: rest.key })) requirePem(name, pem);
  if (typeof ordered !== 'boolean') throw badOption('`ordered`', 'true or false', ordered);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('`signal`', 'an AbortSignal', signal);
  const callbacks = { parse, onResult, onError };
  for (const [name, callback] of Object.entries({ ...callbacks, onProgress })) requireFunction(name, callback);
  for (const [name, ms] of Object.entries({ progressEveryMs, totalTimeoutMs })) requireMs(name, ms);
  // One place judges the values that both take; a batch must have files, of which nothing is used here.
  const batch: BatchOptions = { maxOutageMs: 60_000, ...rest, ...kindOf(transport), input: '-', output: '-' };
  const sending = resolveOptions(batch);
  const { plan } = sending;
  const authorization =
    plan.user !== undefined ? basic(plan.user) : plan.bearer === undefined ? null : `Bearer ${plan.bearer}`;
  return {
    sending,
    planning: {
      runId: randomUUID(),
      baseUrl: readBaseUrl(plan.baseUrl),
      headers: new DefaultHeaders(headers, authorization),
      idempotencyHeader: idempotencyHeaderOf(plan),
      countsCost: plan.countsCost === true,
    },
    connecting: {
      ...connecting(sending, { ca, cert: rest.cert, key: rest.key }),
      ...checkedLookup({ lookup, transport, proxy: rest.proxy, socketPath: rest.socketPath }),
    },
    given: typeof transport === 'object' ? transport : null,
    ordered,
    signal: signal ?? null,
    callbacks,
    onProgress: onProgress ?? null,
    progressEveryMs,
    totalTimeoutMs: totalTimeoutMs ?? null,
  };
}

function kindOf(transport: FetchManyOptions['transport']): Pick<BatchOptions, 'transport'> {
  if (transport === undefined) return {};
  // Whatever else was given is judged there.
  return typeof (transport as Partial<Transport> | null)?.send === 'function'
    ? {}
    : { transport: transport as TransportKind };
}

function connecting(
  { connectTimeoutMs, http, insecure, pipelining, proxy, socketPath }: ResolvedOptions,
  { ca, cert, key }: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>,
): TransportOptions {
  return {
    connectTimeoutMs,
    verifyTls: !insecure,
    http,
    pipelining,
    env: process.env,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(socketPath === null ? {} : { socketPath }),
  };
}

function refuseUnknown(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw badOption('the options', 'an object', options);
  const names = [...sharedNames, ...ownNames];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw unknownOption(name, names);
  }
}

function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw badOption(`\`${name}\``, 'a function', value);
}

function requireMs(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 1 && value <= longestTimerMs)) return;
  throw badOption(
    `\`${name}\``,
    'a time from 1 ms to 24 days, in milliseconds',
    value,
    value === null ? 'no limit is Infinity' : undefined,
  );
}

/** Not shown if it is wrong: it may be a key. */
function requirePem(name: string, pem: unknown): void {
  if (pem === undefined || (typeof pem === 'string' && pem.includes('-----BEGIN '))) return;
  throw new UsageError('bad_option', `Expected \`${name}\` to be PEM text, got something else`, {
    hint: 'give the content of the file, not its path; it has a line -----BEGIN …-----',
  });
}
