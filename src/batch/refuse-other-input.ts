// Results belong to the input that they were made from. By its date alone it may differ here: a copy
// will do.

import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { inputIdentity } from '../input/input-identity.ts';
import type { RunHeader } from '../journal/run-header.ts';

/** Refuses an input whose content is not that of the run's. What could be read only once is trusted. */
export async function refuseOtherInput({ identity }: RunHeader, input: string): Promise<void> {
  if (identity.kind !== 'file' || !(await stat(input).catch(() => null))?.isFile()) return;
  const now = await inputIdentity(input);
  if (now.size === identity.size && now.sample === identity.sample) return;
  const difference =
    now.size === identity.size ? 'its contents changed' : `it had ${identity.size} bytes, and has ${now.size} now`;
  throw new UsageError(
    'input_changed',
    `the input ${input} is not the one that these results were made from: ${difference}`,
    { hint: 'put it back as it was; or name a copy of what it was with --input' },
  );
}
