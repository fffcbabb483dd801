// The live block as lines of text: a pure function of a snapshot and a width.
// It must not know where on the screen the lines will stand.
// Invariant: three to five lines, none wider than `columns`.

import { advanceFacts, countFacts, failureFacts, latencyFacts, waitFacts } from './progress-facts.ts';
import { advanceOf, type ProgressSnapshot } from './progress-snapshot.ts';
import type { Statistics } from './statistics.ts';
import { columnsOf, drawLine, joinFitting, printable, type Canvas, type Segment } from './terminal-text.ts';

const widestBar = 30;
const narrowestBar = 8;

/** The lines of the live block, without line ends. */
export function drawBlock(snapshot: ProgressSnapshot, canvas: Canvas): string[] {
  const { statistics } = snapshot;
  const { columns } = canvas;
  const lines: Segment[][] = [advanceLine(snapshot, columns), countLine(statistics, columns)];
  const failures = failureFacts(statistics);
  if (failures.length > 0) lines.push(joinFitting(failures, columns));
  if (statistics.latencyMs !== null) lines.push(joinFitting(latencyFacts(statistics.latencyMs), columns));
  const waits = waitFacts(snapshot);
  const wait = waits.find((text) => columnsOf(printable(text)) <= columns) ?? waits.at(-1);
  if (wait !== undefined) lines.push([['yellow', wait]]);
  return lines.map((line) => drawLine(line, canvas));
}

/** Where not all counts fit, results come first. */
function countLine(statistics: Statistics, columns: number): Segment[] {
  const facts = countFacts(statistics);
  const line = joinFitting(facts, columns);
  const all = line.length === 2 * facts.length - 1;
  return all ? line : joinFitting([...facts.slice(2), ...facts.slice(0, 2)], columns);
}

/** The bar takes what the facts leave, and is the first to go where it is narrow. */
function advanceLine(snapshot: ProgressSnapshot, columns: number): Segment[] {
  const facts = joinFitting(advanceFacts(snapshot), columns);
  const { share } = advanceOf(snapshot);
  const taken = facts.reduce((sum, fact) => sum + columnsOf(typeof fact === 'string' ? fact : fact[1]), 0);
  const width = Math.min(widestBar, columns - taken - 2);
  if (share === null || width < narrowestBar) return facts;
  const full = Math.floor(share * width);
  return [['cyan', '█'.repeat(full)], ['dim', '░'.repeat(width - full)], '  ', ...facts];
}
