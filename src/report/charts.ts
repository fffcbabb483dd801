// Charts out of block characters, in one line of text.
// Invariant: what is more than nothing shows as more than nothing.

const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A bar that fills a share (0 to 1) of `width` columns, to an eighth of a column. */
export function drawBar(share: number, width: number): string {
  const parts = share <= 0 ? 0 : Math.max(1, Math.round(share * width * 8));
  const rest = parts % 8;
  return '█'.repeat(Math.floor(parts / 8)) + (rest === 0 ? '' : (eighths[rest] ?? ''));
}

/** One character a value, the largest value as high as can be; nothing is a space. */
export function drawSparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => (value <= 0 ? ' ' : (levels[Math.ceil((value / most) * 8) - 1] ?? '▁'))).join('');
}
