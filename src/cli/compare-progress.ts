// Shows how far a comparison is: on a terminal a bar in a line that is drawn anew, else a line when a way begins. When a way is
// over its line stays. It decides nothing, and has no timer.

import type { WayFigures, WayName } from '../compare/compare-plan.ts';
import type { CompareEvents } from '../compare/compare-ways.ts';
import { formatSeconds } from '../compare/compare-table.ts';
import { type Amounts, layoutOf } from '../compare/way-layout.ts';
import { drawBar } from '../report/charts.ts';
import { formatAmount, formatCount } from '../report/format-numbers.ts';
import { drawLine } from '../report/terminal-text.ts';
import type { TerminalStream } from './cli-io.ts';

const widestBar = 30;

export class CompareProgress implements CompareEvents {
  readonly #stream: TerminalStream;
  readonly #amounts: Amounts;
  readonly #mode: 'none' | 'lines' | 'live';
  readonly #color: boolean;

  constructor(stream: TerminalStream, amounts: Amounts, mode: 'none' | 'lines' | 'live', color: boolean) {
    this.#stream = stream;
    this.#amounts = amounts;
    this.#mode = mode;
    this.#color = color;
  }

  begins(name: WayName): void {
    const { label, atOnce } = layoutOf(name, this.#amounts);
    const amount = formatAmount(this.#amounts.requests, 'request');
    if (this.#mode === 'lines') this.#stream.write(`${label}: ${amount}, ${formatCount(atOnce)} at once …\n`);
    if (this.#mode === 'live') this.#draw(name, 0);
  }

  progress(name: WayName, settled: number): void {
    if (this.#mode === 'live' && !this.#stream.writableNeedDrain) this.#draw(name, settled);
  }

  ended({ name, elapsedMs }: WayFigures): void {
    this.clear();
    if (this.#mode !== 'none')
      this.#stream.write(`${layoutOf(name, this.#amounts).label}: ${formatSeconds(elapsedMs)}\n`);
  }

  /** Takes away what was drawn. */
  clear(): void {
    if (this.#mode === 'live') this.#stream.write('\r\u001B[2K');
  }

  #draw(name: WayName, settled: number): void {
    const { requests } = this.#amounts;
    const columns = Math.max(1, (this.#stream.columns || 80) - 1);
    const { label } = layoutOf(name, this.#amounts);
    const most = formatCount(requests).length;
    const counts = `${formatCount(settled).padStart(most)} of ${formatAmount(requests, 'request')}`;
    // What is left to the bar: it is the first to go where it is narrow.
    const room = Math.max(0, Math.min(widestBar, columns - label.length - counts.length - 4));
    const bar = drawBar(settled / requests, room).padEnd(room, '░');
    const line = [`${label}  `, ['cyan', bar], `  ${counts}`] as const;
    this.#stream.write(`\r\u001B[2K${drawLine(line, { columns, color: this.#color })}`);
  }
}
