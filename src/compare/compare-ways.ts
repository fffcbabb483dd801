// A comparison from beginning to end: finds out that the server answers, then has the same requests sent in one way after
// another, each in a process of its own. How it is shown is not known here.
//
// Invariant: when it is over, or was stopped, none of its processes is left.

import { Client } from '../client/client.ts';
import type { ClientOptions } from '../client/client-options.ts';
import { messageOf } from '../concurrency/scopes/failures.ts';
import { UsageError } from '../errors.ts';
import { unpackError } from '../executors/packed-error.ts';
import { ChildProgram, endedEarly } from './child-program.ts';
import type { FromStandIn, FromWay } from './compare-messages.ts';
import type { ComparePlan, WayFigures, WayName } from './compare-plan.ts';

/** What is compared. */
export interface CompareSettings extends Omit<ComparePlan, 'url' | 'bodyBytes'> {
  readonly names: readonly WayName[];
  /** Null: the stand-in service. */
  readonly url: string | null;
  /** Of the stand-in service, until it answers. */
  readonly delayMs: number;
}

/** Who looks on. */
export interface CompareEvents {
  begins(name: WayName): void;
  progress(name: WayName, settled: number): void;
}

/**
 * The figures of each way, in their order, as it is over; none more when it was stopped.
 *
 * @throws UsageError if the server does not answer as it should, before anything is measured; `worker_died`
 */
export async function* compareWays(
  { names, url, delayMs, ...amounts }: CompareSettings,
  events: CompareEvents,
  signal: AbortSignal,
): AsyncGenerator<WayFigures, void> {
  try {
    await using standIn = url === null ? new ChildProgram<FromStandIn>('stand-in', signal) : null;
    const base = await standIn?.hear((message) => message.url);
    // Nothing stands between here and the stand-in service, whatever the environment says of proxies.
    const client = standIn === null ? amounts.client : { ...amounts.client, proxy: '' };
    const place = url ?? `${base}/delay/${delayMs / 1000}`;
    const length = await probe(place, client, standIn === null ? '--url' : '--delay and --timeout', signal);
    const plan = { ...amounts, client, url: place, bodyBytes: standIn === null ? null : length };
    for (const name of names) {
      events.begins(name);
      yield await measured(name, plan, (settled) => events.progress(name, settled), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The length of an answer. @param toCheck the options that may be wrong */
async function probe(url: string, options: ClientOptions, toCheck: string, signal: AbortSignal): Promise<number> {
  await using client = new Client(options);
  const response = await client.get(url, { signal }).catch((cause: unknown) => {
    throw new UsageError('bad_option', `The server does not answer: ${messageOf(cause)}`, {
      hint: `one request was tried before the comparison; check ${toCheck}`,
      cause,
    });
  });
  if (response.ok) return (await response.bytes()).byteLength;
  throw new UsageError('bad_option', `The server answered ${response.status} to a first request`, {
    hint: 'compare needs a URL that answers a GET with 2xx',
  });
}

async function measured(
  name: WayName,
  plan: ComparePlan,
  progress: (settled: number) => void,
  signal: AbortSignal,
): Promise<WayFigures> {
  await using child = new ChildProgram<FromWay>('measured-way', signal);
  child.give({ name, plan });
  return await child.hear((message) => {
    if (message.kind === 'broken') throw readable(unpackError(message.error));
    if (message.kind === 'figures') return message.figures;
    progress(message.settled);
    return null;
  });
}

function readable(error: unknown): unknown {
  const isDeath = error instanceof Error && 'code' in error && error.code === 'worker_died';
  return isDeath ? endedEarly(error.message, error) : error;
}
