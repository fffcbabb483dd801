// What a run found out before it sent anything, as sentences for the user.

import type { LocalLimit } from '../govern/local-limits.ts';
import type { RecoveredRun } from '../journal/recover.ts';
import { formatAmount, formatCount } from '../report/format-numbers.ts';
import type { ResolvedOptions } from './options/resolved-options.ts';

export function describeRun(options: ResolvedOptions, limit: LocalLimit, recovered: RecoveredRun | null): string[] {
  const lines: string[] = [];
  if (options.rehearse)
    lines.push('rehearsal: everything goes to a stand-in service on this machine, nothing to the real hosts');
  if (recovered !== null) lines.push(describeResume(options, recovered));
  if (recovered !== null && options.input === '-') {
    lines.push('standard input cannot be checked: it has to be the same as in the first run');
  }
  lines.push(limit.explanation);
  if (options.insecure) lines.push('certificates are not verified (--insecure)');
  return lines;
}

function describeResume(
  { delivery, plan, limit, offset }: ResolvedOptions,
  { counts, open, read, sent, startedUpTo, held }: RecoveredRun,
): string {
  const settled = formatAmount(counts.ok + counts.failed + counts.unknown + held.size, 'record');
  let doubt = 0;
  if (delivery === 'at-most-once') {
    doubt = [...sent].filter((index) => !held.has(index)).length;
  } else {
    for (const index of open) if (index < startedUpTo && !held.has(index)) doubt++;
    // Behind the last that left a trace others may have been under way too.
    const end = limit === null ? Infinity : offset + limit;
    doubt += Math.max(0, Math.min(startedUpTo, end) - Math.max(read, offset));
  }
  const resuming = `resuming: ${settled} settled before`;
  if (doubt === 0) return resuming;
  if (delivery === 'at-most-once') {
    return `${resuming}; ${formatCount(doubt)} in doubt: a POST or PATCH among them is recorded as unknown, not sent again`;
  }
  const key = plan.idempotencyKey === 'off' ? '' : ', a POST or PATCH under the same idempotency key';
  return `${resuming}; up to ${formatCount(doubt)} in doubt are sent again${key}`;
}
