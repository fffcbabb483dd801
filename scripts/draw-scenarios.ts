// Draws the scenarios of test/scenarios/ for people: limit, in flight, refusals and latency over time,
// as docs/scenarios/<name>.svg. The same code draws the same files: all chance is seeded.
// Usage: node scripts/draw-scenarios.ts [name...]

import { mkdirSync, writeFileSync } from 'node:fs';
import { measure } from '../src/testing/physics-measure.ts';
import type { TracePoint } from '../src/testing/physics-bench.ts';
import { readScenarios } from '../src/testing/physics-scenario.ts';
import type { Scenario } from '../src/testing/physics-scenario.ts';

const width = 860;
const left = 64;
const right = 16;
const plot = width - left - right;
const buckets = 260;

const style = `text{font:12px system-ui,sans-serif;fill:#444}.title{font-size:16px;font-weight:600;fill:#111}
.grid{stroke:#ccc;stroke-width:.6}.limit{stroke:#0b66c3;stroke-width:1.8;fill:none}.flight{fill:#7db4ea;fill-opacity:.45}
.ms{stroke:#2e7d32;stroke-width:1.6;fill:none}.bad{stroke:#c62828;stroke-width:1.6}.key-bad{fill:#c62828}.key-limit{fill:#0b66c3}.key-flight{fill:#5b96d0}.back{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}.grid{stroke:#444}.limit{stroke:#6ab0ff}.flight{fill:#3d6f9e}.ms{stroke:#81c784}.bad{stroke:#ff7b72}.key-bad{fill:#ff7b72}.key-limit{fill:#6ab0ff}.key-flight{fill:#7fb2e2}.back{fill:#161b22}}`;

interface Bucket {
  limit: number;
  inFlight: number;
  sumMs: number;
  answered: number;
  failed: number;
}

interface Panel {
  readonly top: number;
  readonly height: number;
  readonly most: number;
}

/** A round number at or above a value: a digit or so times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/** What is known of each step in time; what is not, as it was before. */
function bucketsOf(trace: readonly TracePoint[], untilMs: number): Bucket[] {
  const list: Bucket[] = Array.from({ length: buckets }, () => ({
    limit: -1,
    inFlight: 0,
    sumMs: 0,
    answered: 0,
    failed: 0,
  }));
  for (const { atMs, end, limit, inFlight } of trace) {
    const bucket = list[Math.min(buckets - 1, Math.floor((atMs / untilMs) * buckets))];
    if (bucket === undefined) continue;
    bucket.limit = limit;
    bucket.inFlight = Math.max(bucket.inFlight, inFlight);
    if (end.outcome === 'success') {
      bucket.answered++;
      bucket.sumMs += end.ms;
    } else {
      bucket.failed++;
    }
  }
  let limit = 0;
  for (const bucket of list) limit = bucket.limit = bucket.limit === -1 ? limit : bucket.limit;
  return list;
}

function x(at: number): string {
  return (left + (at / buckets) * plot).toFixed(1);
}

function y({ top, height, most }: Panel, value: number): string {
  return (top + height * (1 - Math.min(1, value / most))).toFixed(1);
}

/** Horizontal lines with their values, and what the axis means. */
function axis(panel: Panel, name: string): string {
  const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(panel, share * panel.most);
    const value = Number((share * panel.most).toPrecision(3));
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${Number(at) + 4}" text-anchor="end">${value}</text>`;
  });
  const middle = panel.top + panel.height / 2;
  return `${lines.join('')}<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${name}</text>`;
}

function timeAxis(top: number, untilMs: number): string {
  const step = roundUp(untilMs / 1000 / 8);
  const marks: string[] = [];
  for (let second = 0; second <= untilMs / 1000; second += step) {
    const at = left + ((second * 1000) / untilMs) * plot;
    marks.push(`<text x="${at.toFixed(1)}" y="${top}" text-anchor="middle">${Number(second.toPrecision(4))} s</text>`);
  }
  return marks.join('');
}

function limitPanel(list: readonly Bucket[]): string {
  const most = Math.max(...list.map(({ limit, inFlight }) => Math.max(limit, inFlight)));
  const panel = { top: 78, height: 190, most: roundUp(most * 1.05) };
  const limit = list.map((bucket, at) => `${x(at)},${y(panel, bucket.limit)} ${x(at + 1)},${y(panel, bucket.limit)}`);
  const flight = list.map(
    (bucket, at) => `${x(at)},${y(panel, bucket.inFlight)} ${x(at + 1)},${y(panel, bucket.inFlight)}`,
  );
  const floor = y(panel, 0);
  const bad = list.map(({ failed }, at) => {
    const height = failed === 0 ? 0 : Math.min(30, 4 + 2 * Math.log2(failed));
    return height === 0
      ? ''
      : `<line class="bad" x1="${x(at)}" x2="${x(at)}" y1="${floor}" y2="${(Number(floor) - height).toFixed(1)}"/>`;
  });
  return `${axis(panel, 'in flight')}<polygon class="flight" points="${left},${floor} ${flight.join(' ')} ${width - right},${floor}"/><polyline class="limit" points="${limit.join(' ')}"/>${bad.join('')}`;
}

function latencyPanel(list: readonly Bucket[]): string {
  const means = list.map(({ sumMs, answered }) => (answered === 0 ? null : sumMs / answered));
  const most = Math.max(...means.map((ms) => ms ?? 0));
  const panel = { top: 296, height: 120, most: roundUp(most * 1.05) };
  let path = '';
  let isDown = false;
  for (const [at, ms] of means.entries()) {
    if (ms !== null) path += `${isDown ? 'L' : 'M'}${x(at + 0.5)} ${y(panel, ms)}`;
    isDown = ms !== null;
  }
  return `${axis(panel, 'latency (ms)')}<path class="ms" d="${path}"/>`;
}

function draw({ name, says, origins }: Scenario, trace: readonly TracePoint[]): string {
  const entries = Object.entries(origins);
  const [key = '', model] = entries.find(([, { outage }]) => outage !== undefined) ?? entries[0] ?? [];
  const origin = model?.copies === undefined ? key : `${key}-1`;
  const untilMs = trace.at(-1)?.atMs ?? 1;
  const list = bucketsOf(
    trace.filter((point) => point.origin === origin),
    untilMs,
  );
  const legend =
    '<tspan class="key-limit">— limit</tspan>  <tspan class="key-flight">■ in flight</tspan>  <tspan class="key-bad">| refused or failed</tspan>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 450" role="img" aria-label="${name}: ${says}">
<style>${style}</style><rect class="back" width="${width}" height="450"/>
<text class="title" x="${left}" y="24">${name.replaceAll('-', ' ')}</text><text x="${left}" y="44">${says}</text><text x="${left}" y="66" xml:space="preserve">${legend}</text>
${limitPanel(list)}
${latencyPanel(list)}
${timeAxis(436, untilMs)}
</svg>
`;
}

const folder = new URL('../docs/scenarios/', import.meta.url);
mkdirSync(folder, { recursive: true });
const only = process.argv.slice(2);
for (const scenario of readScenarios()) {
  if (only.length > 0 && !only.includes(scenario.name)) continue;
  const { trace } = await measure(scenario);
  writeFileSync(new URL(`${scenario.name}.svg`, folder), draw(scenario, trace));
  console.log(`docs/scenarios/${scenario.name}.svg`);
}
