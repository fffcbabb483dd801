// A scenario: modelled servers, a run against them, and the ranges that what is measured must lie in.
// The scenarios themselves are files in test/scenarios/, checked here as they are read.

import { readFileSync, readdirSync } from 'node:fs';
import type { ServerModel } from './physics-model.ts';

export interface Scenario {
  readonly name: string;
  /** One sentence: what is to be seen. */
  readonly says: string;
  readonly records: number;
  /** By origin; records go to them in turn. `copies` of one make origins of their own. */
  readonly origins: Readonly<Record<string, ServerModel & { readonly copies?: number }>>;
  /** The ceiling of `auto`. @default 1000 */
  readonly max?: number;
  /** @default 30000 */
  readonly timeoutMs?: number;
  /** Attempts after the first. @default 3 */
  readonly retries?: number;
  /** Fixed limits, the best of which throughput is compared with. */
  readonly fixed?: readonly number[];
  /** What is measured, by name, and the lowest and highest that is right. */
  readonly expect: Readonly<Record<string, readonly [number, number]>>;
}

const folder = new URL('../../test/scenarios/', import.meta.url);

/** All scenarios, by name. */
export function readScenarios(): Scenario[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((file) => {
    const scenario = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Omit<Scenario, 'name'>;
    return { name: file.slice(0, -'.json'.length), ...scenario };
  });
}

/** The origins of a scenario with copies written out. */
export function originsOf(scenario: Scenario): Record<string, ServerModel> {
  const origins: Record<string, ServerModel> = {};
  for (const [origin, { copies = 1, ...model }] of Object.entries(scenario.origins)) {
    for (let copy = 1; copy <= copies; copy++) origins[copies === 1 ? origin : `${origin}-${copy}`] = model;
  }
  return origins;
}
