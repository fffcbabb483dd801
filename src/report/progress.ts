// Shows a run while it runs: a live block that is redrawn in place, or a plain line now and then.
// It must not decide what is shown (draw-block.ts) nor keep the run from ending: `stop` leaves no timer.
// Invariant: in `lines` mode not one escape code is written; in `live` mode the cursor stands below the block.

import type { Clock, TimerHandle } from '../concurrency/clock.ts';
import { drawBlock } from './draw-block.ts';
import { advanceFacts, countFacts, failureFacts, latencyFacts, waitFacts } from './progress-facts.ts';
import type { ProgressSnapshot } from './progress-snapshot.ts';
import { columnsOf, printable, type Segment } from './terminal-text.ts';

export type { ProgressSnapshot } from './progress-snapshot.ts';

/** Where progress is drawn: `process.stderr`, or anything that is like it. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** True while the reader does not keep up; frames are left out then. */
  readonly writableNeedDrain?: boolean;
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly mode: 'live' | 'lines' | 'none';
  readonly stream: ProgressStream;
  readonly clock: Clock;
  readonly snapshot: () => ProgressSnapshot;
  /** Whether colours may be drawn (a terminal, and no NO_COLOR). */
  readonly color: boolean;
  /** Width to use when the stream does not tell its own. @default 80 */
  readonly columns?: number;
}

/** Progress that is being shown. */
export interface Progress {
  /** Draws the last state, leaves it on the screen, and ends. May be called again. */
  stop(): void;
}

const frameMs = 125;
const firstLineMs = 2000;
const lineMs = 5000;

/** Begins to show progress. */
export function startProgress(options: ProgressOptions): Progress {
  if (options.mode === 'none') return { stop: () => {} };
  return options.mode === 'live' ? startLive(options) : startLines(options);
}

function startLive(options: ProgressOptions): Progress {
  const { clock } = options;
  const block = new LiveBlock(options);
  let timer: TimerHandle | null = null;
  const frame = (): void => {
    if (options.stream.writableNeedDrain !== true) block.draw(options.snapshot());
    timer = clock.setTimer(frameMs, frame);
  };
  frame();
  return {
    stop: () => {
      if (timer === null) return;
      clock.clearTimer(timer);
      timer = null;
      block.draw(atRest(options.snapshot()));
    },
  };
}

/** The last frame stays on the screen: it must not say that something is awaited. */
function atRest(snapshot: ProgressSnapshot): ProgressSnapshot {
  return {
    ...snapshot,
    hooks: null,
    statistics: { ...snapshot.statistics, inFlight: 0, waits: [], waitingOrigins: 0 },
  };
}

function startLines({ clock, stream, snapshot }: ProgressOptions): Progress {
  const line = (): void => {
    stream.write(`${plainLine(snapshot())}\n`);
    timer = clock.setTimer(lineMs, line);
  };
  let timer: TimerHandle = clock.setTimer(firstLineMs, line);
  return { stop: () => clock.clearTimer(timer) };
}

/** The facts of the live block on one line, without escape codes. */
export function plainLine(snapshot: ProgressSnapshot): string {
  const { statistics } = snapshot;
  const groups: Segment[][] = [[...advanceFacts(snapshot), ...countFacts(statistics)], failureFacts(statistics)];
  if (statistics.latencyMs !== null) groups.push(latencyFacts(statistics.latencyMs));
  groups.push(waitFacts(snapshot).slice(0, 1));
  const texts = groups.map((group) => group.map((fact) => (typeof fact === 'string' ? fact : fact[1])).join(', '));
  return printable(texts.filter((text) => text !== '').join('; '));
}

/** A block of lines that is redrawn where it stands. */
class LiveBlock {
  readonly #options: ProgressOptions;
  /** Widths of the lines that stand on the screen. */
  #drawn: readonly number[] = [];

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  draw(snapshot: ProgressSnapshot): void {
    const { stream, color } = this.#options;
    // A terminal that nobody told its size says 0.
    const width = stream.columns || (this.#options.columns ?? 80);
    // The last column stays free: some terminals wrap as soon as it is written.
    const canvas = { columns: Math.max(1, width - 1), color };
    // A block higher than the screen could not be drawn over: the cursor stops at the top.
    const highest = Math.max(1, (stream.rows || 24) - 1);
    const lines = drawBlock(snapshot, canvas).slice(0, highest);
    const rows = Math.min(this.#rowsAt(width), highest);
    const home = rows === 0 ? '\r' : `\r\u001B[${rows}A`;
    // Each row is erased before it is drawn, not after: a terminal that wraps lines again when it is resized takes
    // blanks that were once text, and rows that it once joined, for parts of the line.
    stream.write(`${home}${lines.map((line) => `\u001B[2K${line}\n`).join('')}\u001B[J`);
    this.#drawn = lines.map((line) => columnsOf(printable(line)));
  }

  /** Rows that the drawn lines take now: a terminal that was made narrower has wrapped them. */
  #rowsAt(width: number): number {
    return this.#drawn.reduce((rows, columns) => rows + Math.max(1, Math.ceil(columns / Math.max(1, width))), 0);
  }
}
