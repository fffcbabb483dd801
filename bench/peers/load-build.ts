// Loads parts of a build of ours. MANYFETCH_BUILD names its folder.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as SmallHeap from '../../src/cli/small-heap.ts';
import type * as Clock from '../../src/concurrency/clock.ts';
import type { TransportOptions } from '../../src/http/transport-options.ts';
import type { Transport } from '../../src/http/transport.ts';

/** A module of the build, by its path there. */
export async function loadBuilt<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(process.env['MANYFETCH_BUILD'] ?? '', path)).href)) as Module;
}

const factories: Readonly<Record<string, readonly [path: string, name: string]>> = {
  wire: ['http/pool/wire-transport.js', 'createWireTransport'],
  undici: ['http/undici/undici-transport.js', 'createUndiciTransport'],
};

/** Keeps V8's heap as small as the command does. */
export async function keepHeapSmall(): Promise<void> {
  const { systemClock } = await loadBuilt<typeof Clock>('concurrency/clock.js');
  const smallHeap = await loadBuilt<typeof SmallHeap>('cli/small-heap.js');
  smallHeap.keepHeapSmall(systemClock);
}

/** One of our transports, alone. */
export async function loadTransport(kind: string, options: TransportOptions): Promise<Transport> {
  const [path, name] = factories[kind] ?? ['', ''];
  const module = await loadBuilt<Readonly<Record<string, (options: TransportOptions) => Transport>>>(path);
  const create = module[name];
  if (create === undefined) throw new Error(`the build has no transport "${kind}"`);
  return create(options);
}
