// The comparison as a picture: a bar for each way, to scale, in one self-contained SVG for light and dark pages. It is read without colours:
// figures stand beside the bars, and the time to start is hatched. The same figures make the same picture.

import { formatCount } from '../report/format-numbers.ts';
import { formatMegabytes, formatSeconds, formatTimes } from './compare-table.ts';
import type { ComparedWay } from './comparison.ts';
import { madeOf } from './way-layout.ts';

const width = 860;
const left = 168;
const widest = 440;
const top = 84;
const rowHeight = 58;
const barHeight = 22;

const style = `text{font:13px system-ui,sans-serif;fill:#444}.title{font-size:17px;font-weight:600;fill:#111}.name{font-weight:600;fill:#111}.small{font-size:12px}
.bar{fill:#0b66c3}.start{fill:url(#hatch);stroke:#7a7a7a;stroke-width:.8}.hatch{stroke:#7a7a7a;stroke-width:1.4}.axis{stroke:#999}.back{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#bbb}.title,.name{fill:#eee}.bar{fill:#6ab0ff}.start,.hatch{stroke:#999}.back{fill:#161b22}}`;

const hatch =
  '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>';

/** @param title of the picture, @param subtitle what was compared; plain text */
export function drawSvg(ways: readonly ComparedWay[], title: string, subtitle: string): string {
  const longest = Math.max(...ways.map(({ startMs, elapsedMs }) => (startMs ?? 0) + elapsedMs));
  const height = top + ways.length * rowHeight + 34;
  const bottom = top + ways.length * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`${title}, ${subtitle}`)}">
<style>${style}</style>${hatch}<rect class="back" width="${width}" height="${height}"/>
<text class="title" x="24" y="32">${escaped(title)}</text><text x="24" y="56">${escaped(subtitle)}</text>
${ways.map((way, at) => drawRow(way, top + at * rowHeight, widest / longest)).join('\n')}
<path class="axis" d="M${left} ${top - 8}V${bottom - 6}"/>
<rect class="bar" x="24" y="${bottom + 8}" width="12" height="12"/><text class="small" x="42" y="${bottom + 18}">first request to last answer</text>
<rect class="start" x="230" y="${bottom + 8}" width="12" height="12"/><text class="small" x="248" y="${bottom + 18}">until the workers were there</text>
</svg>
`;
}

function drawRow(way: ComparedWay, y: number, scale: number): string {
  const { layout, startMs, elapsedMs, speedUp, cpuMs, peakBytes } = way;
  const startWidth = (startMs ?? 0) * scale;
  // What is more than nothing shows.
  const barWidth = Math.max(1, elapsedMs * scale);
  const start =
    startMs === null
      ? ''
      : `<rect class="start" x="${left}" y="${y}" width="${startWidth.toFixed(1)}" height="${barHeight}"/>`;
  const starting = startMs === null ? '' : ` + ${formatSeconds(startMs)} to start`;
  const figure = `${formatSeconds(elapsedMs)}${starting} · ${formatTimes(speedUp)}`;
  const facts = `${formatCount(layout.atOnce)} at once · ${madeOf(layout)} · CPU ${formatSeconds(cpuMs)} · ${formatMegabytes(peakBytes)}`;
  const middle = y + barHeight / 2 + 5;
  return `<text class="name" x="${left - 12}" y="${middle}" text-anchor="end">${escaped(layout.label)}</text>${start}<rect class="bar" x="${(left + startWidth).toFixed(1)}" y="${y}" width="${barWidth.toFixed(1)}" height="${barHeight}"/><text x="${(left + startWidth + barWidth + 8).toFixed(1)}" y="${middle}">${escaped(figure)}</text><text class="small" x="${left + 4}" y="${y + barHeight + 16}">${escaped(facts)}</text>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
