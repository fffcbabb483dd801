// Which header carries the idempotency key of a POST or PATCH: the one place that knows the default.

import type { PlanOptions } from './plan-options.ts';

/** Its name as it is sent; null if the option is `off`. */
export function idempotencyHeaderOf({ idempotencyKey }: Pick<PlanOptions, 'idempotencyKey'>): string | null {
  return idempotencyKey === 'off' ? null : (idempotencyKey ?? 'Idempotency-Key');
}
