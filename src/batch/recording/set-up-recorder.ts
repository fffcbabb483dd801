// Puts a recorder together, for a run that begins and for one that goes on, and tells which records
// are not to be read again.

import { OpenRecords } from '../../journal/open-records.ts';
import { BodyFolder } from '../../output/body-folder.ts';
import { ResultFile } from '../../output/result-file.ts';
import type { ResultFormat } from '../../output/result-format.ts';
import { StandardOutput } from '../../output/standard-output.ts';
import type { SettledCounts } from '../../report/statistics.ts';
import { OrderedLines } from './ordered-lines.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import type { RunEnvironment } from '../run-environment.ts';
import type { OpenRun } from './run-files.ts';
import { RunRecorder } from './run-recorder.ts';

export interface RecorderParts {
  readonly options: ResolvedOptions;
  readonly world: RunEnvironment;
  readonly format: ResultFormat;
  /** Null: results go to standard output. */
  readonly files: OpenRun | null;
  readonly onFailure: (error: unknown) => void;
  readonly onRoom: () => void;
  readonly learned: () => Readonly<Record<string, number>>;
}

export interface ReadyRecorder {
  readonly recorder: RunRecorder;
  /** The record has a result, or is not part of the run. */
  readonly isSettled: (index: number) => boolean;
  /** What an earlier process had settled. */
  readonly alreadySettled: SettledCounts;
}

export function setUpRecorder({
  options,
  world,
  format,
  files,
  onFailure,
  onRoom,
  learned,
}: RecorderParts): ReadyRecorder {
  const { clock } = world;
  const recovered = files?.recovered ?? null;
  const openBefore = recovered?.open ?? new Set<number>();
  const held = recovered?.held ?? new Map<number, never>();
  const read = Math.max(recovered?.read ?? 0, options.offset);
  const position = recovered?.position ?? { index: 0, line: 1, byte: 0 };
  const isPending = (index: number): boolean => index >= read || openBefore.has(index);
  const file = new ResultFile({
    file: files?.files?.output ?? new StandardOutput(world.stdout),
    path: options.output === '-' ? 'standard output' : options.output,
    bytes: files?.files?.outputBytes ?? 0,
    clock,
    onFailure,
    onDrain: onRoom,
  });
  if (files === null && format.header !== '') file.append(format.header);
  const open = new OpenRecords({ read, open: openBefore, position });
  const counts = { ...(recovered?.counts ?? { ok: 0, failed: 0, unknown: 0 }) };
  const recorder = new RunRecorder({
    format,
    file,
    journal: files?.files?.journal ?? null,
    open,
    doubtful: recovered?.sent ?? new Set(),
    counts,
    startedUpTo: recovered?.startedUpTo ?? 0,
    endIndex: options.limit === null ? Infinity : options.offset + options.limit,
    checkpointMs: world.checkpointMs,
    bodies: options.bodies === null ? null : new BodyFolder(options.bodies),
    order: options.order === 'input' ? new OrderedLines(isPending) : null,
    learned,
    clock,
    onFailure,
    onRoom,
  });
  recorder.restore(held.values());
  for (const entry of held.values()) counts[entry.result]++;
  return {
    recorder,
    isSettled: (index) => !isPending(index) || held.has(index),
    alreadySettled: { ...counts, skipped: 0 },
  };
}
