// Fingerprints of the options that shape results, so that one file does not come to hold two kinds.

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { BatchOptions } from '../options/batch-options.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';

const names = ['delivery', 'body', 'bodies', 'order', 'rehearse', 'outputFormat'] as const;

/** Option name -> 32 hex digits, salted with the run's id. `success` counts as it was given. */
export function resultFingerprints(
  options: ResolvedOptions,
  given: BatchOptions,
  runId: string,
): Record<string, string> {
  const facts: Record<string, unknown> = { success: given.success ?? '2xx' };
  for (const name of names) facts[name] = options[name];
  // Another one is another server.
  if (options.socketPath !== null) facts['unixSocket'] = resolve(options.socketPath);
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      createHash('sha256')
        .update(`${runId}\0${name}\0${JSON.stringify(value)}`)
        .digest('hex')
        .slice(0, 32),
    ]),
  );
}
