// The first requests of a run as they would be sent, secrets masked, and what they cost if a rate counts that.
// Sends nothing, makes no file.

import { systemClock } from '../concurrency/clock.ts';
import { openInput } from '../input/open-input.ts';
import { createPlanner } from '../plan/create-planner.ts';
import { describeRequest } from '../plan/describe-request.ts';
import type { BatchOptions } from './options/batch-options.ts';
import { openHookOf } from './hook/open-hook-of.ts';
import type { OpenHook } from './hook/record-hook.ts';
import { textIsJson } from './input-format.ts';
import { resolveOptions } from './options/resolve-options.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';

/** What stands for the run's id, which only a real run has. */
const noRunId = 'run';

/** Gives a text for each of the first `count` records. Throws UsageError as the run itself would; a hook is loaded for that, and not called. */
export async function* dryRun(given: BatchOptions, count: number, openHook: OpenHook): AsyncGenerator<string> {
  const options = resolveOptions(given);
  const { input, offset, plan } = options;
  const format = options.format ?? undefined;
  const reader = await openInput({
    path: input,
    maxRecordBytes: options.maxRecordBytes,
    ...(format === undefined ? {} : { format }),
  });
  const planner = await createPlanner({ ...plan, runId: noRunId, env: process.env, textIsJson: textIsJson(options) });
  await (await openHookOf(options, openHook, systemClock))?.close();
  let left = Math.min(count, options.limit ?? Infinity);
  for await (const { records } of reader.batches(undefined, (index) => index < offset)) {
    for (const record of records) {
      if (left-- <= 0) return;
      const title = `# record ${record.index} (line ${record.line})`;
      if (record.kind === 'bad') {
        yield `${title}: ${record.error.code}: ${record.error.message}\n`;
        continue;
      }
      const planned = await planner.plan(record);
      if (planned.kind === 'skip') yield `${title}: skipped by the map module\n`;
      else if (planned.kind === 'bad') yield `${title}: ${planned.error.code}: ${planned.error.message}\n`;
      else
        yield `${title}${describeCost(planned.cost, options)}\n${describeRequest(planned.request, plan.idempotencyKey)}\n`;
    }
  }
}

/** What is taken for it before it is sent; nothing where no rate counts that. */
function describeCost(cost: number | null, { plan, costFrom }: ResolvedOptions): string {
  if (plan.countsCost !== true) return '';
  if (cost !== null) return `, costs ${cost}`;
  return costFrom === null ? ', costs 1: nothing says it' : ', its answer tells what it costs';
}
