// Checks the options of `fetchMany`, fills in the defaults and makes what they ask for. Nothing is
// connected, read or started here.

import { idempotencyHeaderOf } from '../plan/idempotency-header.ts';
import { randomUUID } from 'node:crypto';
import { badOption } from '../batch/bad-option.ts';
import type { BatchOptions } from '../batch/batch-options.ts';
import { resolveOptions } from '../batch/resolve-options.ts';
import type { ResolvedOptions } from '../batch/resolved-options.ts';
import { UsageError } from '../errors.ts';
import type { TransportOptions } from '../http/transport-options.ts';
import { readBaseUrl } from '../plan/check-plan-options.ts';
import { basic } from '../plan/header-plan.ts';
import { nearestName } from '../plan/nearest-name.ts';
import { DefaultHeaders } from './default-headers.ts';
import type { FetchManyOptions, SharedOption } from './fetch-many-options.ts';
import type { ItemPlannerOptions } from './item-planner.ts';

type OwnOption = Exclude<keyof FetchManyOptions, SharedOption>;

const shared: readonly string[] = Object.keys({
  baseUrl: 0,
  bearer: 0,
  concurrency: 0,
  connectTimeoutMs: 0,
  costFrom: 0,
  delivery: 0,
  http: 0,
  idempotencyKey: 0,
  insecure: 0,
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
  success: 0,
  timeoutMs: 0,
  transport: 0,
  user: 0,
} satisfies Record<SharedOption, 0>);

const own: readonly string[] = Object.keys({
  headers: 0,
  ca: 0,
  cert: 0,
  key: 0,
  ordered: 0,
  signal: 0,
} satisfies Record<OwnOption, 0>);

/** Checked and complete. */
export interface ResolvedFetchOptions {
  readonly sending: ResolvedOptions;
  readonly planning: ItemPlannerOptions;
  readonly connecting: TransportOptions;
  readonly ordered: boolean;
  readonly signal: AbortSignal | null;
}

/** @throws {UsageError} `bad_option`, `unknown_option` */
export function resolveFetchOptions(options: FetchManyOptions): ResolvedFetchOptions {
  refuseUnknown(options);
  const { ca, cert, key, ordered = false, signal } = options;
  for (const [name, pem] of Object.entries({ ca, cert, key })) requirePem(name, pem);
  if (typeof ordered !== 'boolean') throw badOption('`ordered`', 'true or false', ordered);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('`signal`', 'an AbortSignal', signal);
  const { headers, ca: _ca, ordered: _ordered, signal: _signal, ...rest } = options;
  // One place judges the values that both take; a batch must have files, of which nothing is used here.
  const batch: BatchOptions = { maxOutageMs: 60_000, ...rest, input: '-', output: '-' };
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
      connectTimeoutMs: sending.connectTimeoutMs,
      verifyTls: !sending.insecure,
      http: sending.http,
      pipelining: sending.pipelining,
      env: process.env,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(sending.proxy === undefined ? {} : { proxy: sending.proxy }),
    },
    ordered,
    signal: signal ?? null,
  };
}

function refuseUnknown(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw badOption('the options', 'an object', options);
  const names = [...shared, ...own];
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const near = nearestName(name, names);
    throw new UsageError(
      'unknown_option',
      `There is no option \`${name}\``,
      near === null ? {} : { hint: `did you mean \`${near}\`?` },
    );
  }
}

/** Not shown if it is wrong: it may be a key. */
function requirePem(name: string, pem: unknown): void {
  if (pem === undefined || (typeof pem === 'string' && pem.includes('-----BEGIN '))) return;
  throw new UsageError('bad_option', `Expected \`${name}\` to be PEM text, got something else`, {
    hint: 'give the content of the file, not its path; it has a line -----BEGIN …-----',
  });
}
