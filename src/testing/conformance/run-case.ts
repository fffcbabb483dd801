// Sends a case's request over a transport and tells what came of it, in the words of the case: so that the
// whole is compared at once. Then sends another request, which must get its own answer.

import { WireFault } from '../../http/wire/wire-fault.ts';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { until } from '../until.ts';
import { nextBody } from './case-server.ts';
import type { CaseServer, Way } from './case-server.ts';
import type { Outcome, WireCase } from './wire-case.ts';

/** What a case came to. */
export interface Ran {
  readonly outcome: Outcome | 'nothing came';
  /** What is wrong besides. */
  readonly complaints: readonly string[];
}

/** Runs a case over sockets, on a transport of its own. `kept`: its connection is to be kept. */
export async function runCase(
  make: (options?: TransportOptions) => Transport,
  server: CaseServer,
  of: WireCase,
  way: Way,
  kept: boolean,
): Promise<Ran> {
  const transport = make(of.maxHeaderBytes === null ? {} : { maxHeaderBytes: of.maxHeaderBytes });
  const complaints: string[] = [];
  try {
    const request = { method: of.method, path: server.pathOf(of, way) };
    const first = new RecordedExchange(transport, requestTo(server.origin, request));
    if (!(await within(() => first.ended))) return { outcome: 'nothing came', complaints: first.events };
    // A connection that is of no more use is closed, and not left to be found out by the next.
    if (!kept && !(await within(() => transport.statistics().connections === 0))) complaints.push('not closed');
    const next = await exchange(transport, server.origin, { path: '/next' });
    if (next.body !== nextBody) complaints.push(`the next answer was ${next.body}${next.error?.message ?? ''}`);
    if (!/^(?:information )*(?:head (?:data )*(?:trailers )?)?(?:end|error)$/.test(first.events.join(' '))) {
      complaints.push(`events: ${first.story}`);
    }
    return { outcome: outcomeOf(first, next.exchange.reused), complaints };
  } finally {
    await transport.close();
  }
}

function outcomeOf(done: RecordedExchange, kept: boolean): Outcome {
  const { error, status, body, headers, trailers, interim } = done;
  if (error === null) return { result: 'whole', status, body, headers, trailers, interim, kept };
  const fault = error.cause instanceof WireFault ? error.cause.code : null;
  return { result: 'failed', code: error.code, fault, before: done.events.includes('head') ? body : null };
}

async function within(condition: () => boolean): Promise<boolean> {
  try {
    await until(condition, 2_000);
    return true;
  } catch {
    return false;
  }
}
