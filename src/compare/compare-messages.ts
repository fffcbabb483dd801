// What a comparison and the processes that it starts say to one another.

import type { PackedError } from '../executors/packed-error.ts';
import type { ComparePlan, WayFigures, WayName } from './compare-plan.ts';

/** To the process that sends in one way. */
export interface WayOrder {
  readonly name: WayName;
  readonly plan: ComparePlan;
}

/** From it. */
export type FromWay =
  | { readonly kind: 'progress'; readonly settled: number }
  | { readonly kind: 'figures'; readonly figures: WayFigures }
  | { readonly kind: 'broken'; readonly error: PackedError };

/** From the process of the stand-in service. */
export interface FromStandIn {
  readonly url: string;
}
