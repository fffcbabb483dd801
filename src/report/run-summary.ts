// What a run came to, as plain data: filled in by whoever ends the run, shown as text (summary.ts) or
// as JSON (summary-json.ts). Paths are as the user gave them.

import type { Statistics } from './statistics.ts';

/** How a run ended. */
export type Ending = 'finished' | 'stopped' | 'already-finished' | 'disk' | 'output-closed';

/** What a run came to. */
export interface Summary {
  readonly ending: Ending;
  readonly statistics: Statistics;
  /** Records of the input that are to get a result; null if its end was not reached and is not known. */
  readonly total: number | null;
  /** Path of the input, `-` for standard input. */
  readonly input: string;
  /** Path of the results, `-` for standard output. */
  readonly output: string;
  /** Folder of the bodies, if they are not in the results. */
  readonly bodies: string | null;
  /** What this machine was short of last, as a sentence; null: nothing. */
  readonly local: string | null;
  /** The command that goes on with this run, ready for a shell; null if it is complete or cannot be resumed. */
  readonly resumeCommand: string | null;
}
