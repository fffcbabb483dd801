// Sends a case's request over a transport and tells what came of it, in the words of the case: so that the
// whole is compared at once. Then sends another request, which must get its own answer.

import { setTimeout as delay } from 'node:timers/promises';
import { WireFault } from '../../http/wire/wire-fault.ts';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { RecordedExchange, exchange, requestTo } from '../recorded-exchange.ts';
import { until } from '../until.ts';
import { nextBody } from './case-server.ts';
import type { CaseServer, Way } from './case-server.ts';
import type { Outcome, WireCase } from './wire-case.ts';

/** Only what is broken takes so long, however busy the machine is. */
const patienceMs = 5_000;

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
    if (!(await inTime(first))) return { outcome: 'nothing came', complaints: first.events };
    // A connection that is of no more use is closed, and not left to be found out by the next.
    if (!kept && !(await isClosed(transport))) complaints.push('not closed');
    const next = await exchange(transport, server.origin, { path: '/next' });
    if (next.body !== nextBody) complaints.push(`the next answer was ${next.body}${next.error?.message ?? ''}`);
    if (!/^(?:information )*(?:head (?:data )*(?:trailers )?)?(?:end|error)$/.test(first.events.join(' '))) {
      complaints.push(`events: ${first.story}`);
    }
    return { outcome: outcomeOf(first, next.exchange.reused), complaints: [...complaints, ...wrongFacts(first, of)] };
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

/** What an error has to tell besides its code. */
function wrongFacts({ error, exchange: { sent, answered, reused } }: RecordedExchange, { bytes }: WireCase): string[] {
  const facts = error ?? { sent, answered, reused };
  const wrong: string[] = [];
  if (!facts.sent || facts.reused || facts.answered !== (bytes !== '')) wrong.push(`facts: ${JSON.stringify(facts)}`);
  if (error !== null && !error.message.includes('127.0.0.1:')) wrong.push(`message: ${error.message}`);
  if (error !== null && !(error.cause instanceof Error)) wrong.push('no cause');
  return wrong;
}

/** Whether it has ended before one must think that it never does. */
async function inTime({ finished }: RecordedExchange): Promise<boolean> {
  const giveUp = new AbortController();
  const tooLate = delay(patienceMs, false, { signal: giveUp.signal }).catch(() => false);
  const isEnded = await Promise.race([finished.then(() => true), tooLate]);
  giveUp.abort();
  return isEnded;
}

async function isClosed(transport: Transport): Promise<boolean> {
  try {
    await until(() => transport.statistics().connections === 0, patienceMs);
    return true;
  } catch {
    return false;
  }
}
