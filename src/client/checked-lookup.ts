// The option `lookup` of fetchMany, runBatch and Client: checked, and refused beside what would never ask it; so is a `socketPath`.

import type { LookupFunction } from 'node:net';
import { badValue } from '../concurrency/bad-value.ts';
import { UsageError } from '../errors.ts';

/** What decides whether hosts are looked up here. */
export interface LookupOptions {
  readonly lookup?: LookupFunction | undefined;
  readonly proxy?: string | undefined;
  readonly socketPath?: string | undefined;
  readonly transport?: unknown;
}

/** The `lookup` that was given, as an option of a transport. @throws {UsageError} `bad_option` */
export function checkedLookup({ lookup, proxy, socketPath, transport }: LookupOptions): { lookup?: LookupFunction } {
  if (lookup === undefined) return {};
  if (typeof lookup !== 'function')
    throw badValue('`lookup`', 'a function such as node:dns.lookup: (hostname, options, callback) => void', lookup);
  if (proxy !== undefined && proxy !== '') throw unasked('proxy', 'the proxy looks up the hosts that it leads to');
  if (socketPath !== undefined)
    throw unasked('socketPath', 'all connections lead to the socket, and no host is looked up');
  if (isMade(transport)) throw unasked('transport', 'one that was made elsewhere finds its hosts itself');
  return { lookup };
}

/** @throws {UsageError} `bad_option` for a `socketPath` that nothing would connect to, or beside a `proxy` */
export function refuseUnusedSocket({ proxy, socketPath, transport }: LookupOptions): void {
  if (socketPath === undefined) return;
  if (proxy !== undefined && proxy !== '') throw apart('proxy', 'socketPath', 'to a socket leads no proxy');
  if (isMade(transport))
    throw apart('socketPath', 'transport', 'one that was made elsewhere connects as it was told there');
}

function isMade(transport: unknown): boolean {
  return typeof transport === 'object' && transport !== null;
}

function unasked(other: string, why: string): UsageError {
  return apart('lookup', other, why);
}

function apart(one: string, other: string, why: string): UsageError {
  return new UsageError('bad_option', `\`${one}\` and \`${other}\` cannot be given together: ${why}`, {
    hint: 'leave one of them out',
  });
}
