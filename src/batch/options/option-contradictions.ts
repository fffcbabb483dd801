// Options that cannot be given together, or not without one another: each is refused with a sentence
// that names both. Values alone are judged in option-rules.ts; here nothing is read from disk.

import { resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { BatchOptions } from './batch-options.ts';

type Key = keyof BatchOptions;
type NameOf = (key: Key) => string;

/** Groups of which only one may be given. */
const exclusive: ReadonlyArray<readonly Key[]> = [
  ['json', 'data', 'form', 'recordAsJson'],
  ['request', 'map'],
  ['request', 'url'],
  ['request', 'method'],
  ['request', 'json', 'data', 'form', 'recordAsJson'],
  ['map', 'url'],
  ['map', 'method'],
  ['map', 'json', 'data', 'form', 'recordAsJson'],
  ['user', 'bearer'],
  ['body', 'bodies'],
];

/**
 * Refuses options that contradict each other.
 *
 * @param output where results go, after defaults
 * @throws UsageError `bad_option`
 */
export function refuseContradictions(options: BatchOptions, output: string, nameOf: NameOf): void {
  const given = (key: Key): boolean => options[key] !== undefined && options[key] !== false;
  for (const group of exclusive) {
    const [first, second] = group.filter(given);
    if (first === undefined || second === undefined) continue;
    throw contradiction(`${nameOf(first)} and ${nameOf(second)} cannot be given together`, 'leave one of them out');
  }
  refuseEarlyEndOfBackoff(options, nameOf);
  refuseProxyOnTheWire(options, nameOf);
  refuseProxyBesideASocket(options, nameOf);
  refuseHalfACertificate(options, nameOf);
  refuseHalfACost(options, nameOf);
  refuseHalfAHook(options, nameOf);
  refuseUnusableOutput(options, output, nameOf);
}

/** Refuses a first wait that is longer than the longest. */
export function refuseEarlyEndOfBackoff(
  { backoffMs, maxBackoffMs }: Pick<BatchOptions, 'backoffMs' | 'maxBackoffMs'>,
  nameOf: (key: 'backoffMs' | 'maxBackoffMs') => string,
): void {
  if (backoffMs === undefined || maxBackoffMs === undefined || backoffMs <= maxBackoffMs) return;
  throw contradiction(
    `${nameOf('backoffMs')} is longer than ${nameOf('maxBackoffMs')}: ${backoffMs} ms and ${maxBackoffMs} ms`,
    'leave one of them out, and it follows the other',
  );
}

/** It would go past the proxy, and nobody would know. */
function refuseProxyOnTheWire({ proxy, transport }: BatchOptions, nameOf: NameOf): void {
  if (transport !== 'wire' || proxy === undefined || proxy === '') return;
  throw contradiction(
    `${nameOf('transport')} wire goes through no ${nameOf('proxy')}`,
    `leave ${nameOf('transport')} out: undici is taken for what goes through a proxy`,
  );
}

function refuseProxyBesideASocket({ proxy, socketPath }: BatchOptions, nameOf: NameOf): void {
  if (socketPath === undefined || proxy === undefined || proxy === '') return;
  throw contradiction(
    `${nameOf('proxy')} and ${nameOf('socketPath')} cannot be given together`,
    'leave one of them out: to a socket leads no proxy',
  );
}

function refuseHalfACertificate(options: BatchOptions, nameOf: NameOf): void {
  if ((options.cert === undefined) === (options.key === undefined)) return;
  const [there, missing] = options.key === undefined ? (['cert', 'key'] as const) : (['key', 'cert'] as const);
  throw contradiction(
    `${nameOf(there)} was given without ${nameOf(missing)}`,
    'give both; if one file holds both, name it twice',
  );
}

/** A rate that counts costs needs somebody who says them, and who says them needs such a rate. */
function refuseHalfACost(options: BatchOptions, nameOf: NameOf): void {
  const rate = [options.rate ?? []].flat().find((text) => text.endsWith(':cost'));
  const said = (['cost', 'costFrom'] as const).find((key) => options[key] !== undefined);
  if (rate === undefined && said !== undefined)
    throw contradiction(
      `${nameOf(said)} was given without a rate that counts costs`,
      `give ${nameOf('rate')} such as 90000/m:cost, or leave it out`,
    );
  // Records that are requests, the requests of a map module and a request file may have a cost of their own.
  if (rate !== undefined && said === undefined && options.url !== undefined)
    throw contradiction(
      `${nameOf('rate')} ${rate} counts what requests cost, and nothing says what they cost`,
      `give ${nameOf('cost')} such as {{tokens}}, or ${nameOf('costFrom')} such as usage.total_tokens`,
    );
}

function refuseHalfAHook(options: BatchOptions, nameOf: NameOf): void {
  const { onResult, hookThreads } = options;
  const alone = (['hookThreads', 'hookConcurrency', 'hookTimeoutMs'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (onResult === undefined && alone !== undefined)
    throw contradiction(
      `${nameOf(alone)} was given without ${nameOf('onResult')}`,
      'name the module that is to be called with each result, or leave it out',
    );
  if (typeof onResult === 'function' && hookThreads !== undefined)
    throw contradiction(
      `${nameOf('hookThreads')} needs ${nameOf('onResult')} to be a module: a function of this process cannot be called in a thread`,
      'put it into a file of its own as its default export, and give the path or the URL of that',
    );
}

function refuseUnusableOutput(options: BatchOptions, output: string, nameOf: NameOf): void {
  if (output === '-') {
    if (options.fresh !== true) return;
    throw contradiction(
      `${nameOf('fresh')} makes no sense with results on standard output`,
      'such a run cannot be resumed, so each one starts afresh',
    );
  }
  if (options.input !== '-' && resolve(options.input) === resolve(output))
    throw contradiction(`${nameOf('output')} is the input itself: ${output}`, 'give the results a name of their own');
  if (/\.(gz|zst|br)$/iu.test(output))
    throw contradiction(
      `${nameOf('output')} cannot be compressed: ${output}`,
      'results are appended to as they come; compress them when the run has finished',
    );
}

function contradiction(message: string, hint: string): UsageError {
  return new UsageError('bad_option', message, { hint });
}
