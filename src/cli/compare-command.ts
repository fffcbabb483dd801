// `manyfetch compare`: the same requests in several ways, and what each of them took. How it is done and measured is not known here.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { drawSvg } from '../compare/compare-svg.ts';
import { drawChart, drawTable, failureLines } from '../compare/compare-table.ts';
import type { WayFigures } from '../compare/compare-plan.ts';
import { compareWays, type CompareSettings } from '../compare/compare-ways.ts';
import { type ComparedSettings, type ComparedWay, comparisonJson, sideBySide } from '../compare/comparison.ts';
import { conclusions } from '../compare/conclusions.ts';
import { requestsInAll } from '../compare/way-layout.ts';
import { messageOf } from '../concurrency/scopes/failures.ts';
import { DiskError } from '../errors.ts';
import { systemClock } from '../concurrency/clock.ts';
import { formatAmount, formatDuration } from '../report/format-numbers.ts';
import { printable } from '../report/terminal-text.ts';
import { allowsColor, type CliIo } from './cli-io.ts';
import type { Command } from './command.ts';
import { compareSettingsFrom, compareSpec, shownUrl } from './compare-options.ts';
import { CompareProgress } from './compare-progress.ts';
import { displayFrom } from './display.ts';
import { exitCode } from './exit-code.ts';
import type { ParsedArguments } from './parsed-arguments.ts';
import { wrapped } from './render-help.ts';
import { stopOnSignals } from './signals.ts';

export const compareCommand: Command = { spec: compareSpec, execute: compare };

async function compare(parsed: ParsedArguments, io: CliIo): Promise<number> {
  const settings = compareSettingsFrom(parsed, io.env);
  const shown: ComparedSettings = { ...settings, url: settings.url === null ? null : shownUrl(settings.url) };
  const { progress: mode, quiet } = displayFrom(parsed, io);
  if (!quiet) io.stderr.write(`${printable(announcement(settings, shown))}\n`);
  const progress = new CompareProgress(io.stderr, settings, mode, allowsColor(io.stderr, io.env));
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const forgetSignals = stopOnSignals({ stop: abort, kill: abort }, systemClock);
  const all: WayFigures[] = [];
  try {
    for await (const figures of compareWays(settings, progress, stop.signal)) {
      progress.ended(figures);
      all.push(figures);
    }
  } finally {
    progress.clear();
    forgetSignals();
    // Of those before one that broke, too.
    if (all.length > 0) show(sideBySide(all, shown), shown, parsed, io);
  }
  if (all.length < settings.names.length) {
    io.stderr.write('Stopped before all ways were tried.\n');
    return exitCode.stopped;
  }
  return all.some(({ failed }) => failed > 0) ? exitCode.someFailed : exitCode.ok;
}

function announcement(settings: CompareSettings, { url }: ComparedSettings): string {
  const { names, requests } = settings;
  const ways = formatAmount(names.length, 'way');
  const each = formatAmount(requests, 'request');
  if (url === null) return `${ways}, ${each} each, to ${standInWords(settings)}`;
  const inWays = names.length === 1 ? 'in one way' : `in each of ${ways}`;
  return `Sends ${each} to ${url} ${inWays}: ${formatAmount(requestsInAll(names, settings), 'request')} in all, with those that warm up`;
}

function standInWords({ delayMs, workMs }: Pick<ComparedSettings, 'delayMs' | 'workMs'>): string {
  const work = workMs === 0 ? '' : `; then the CPU works for ${formatDuration(workMs)}`;
  return `a stand-in service on this machine that answers after ${formatDuration(delayMs)}${work}`;
}

function show(ways: readonly ComparedWay[], shown: ComparedSettings, parsed: ParsedArguments, io: CliIo): void {
  const [svgPath, jsonPath] = [parsed.text('svg'), parsed.text('json')];
  const json = comparisonJson(ways, shown, availableParallelism());
  // First, as what cannot be written into a file is not to be lost.
  io.stdout.write(jsonPath === '' ? json : page(ways, shown, io));
  if (svgPath !== undefined) {
    const subtitle = shown.url === null ? `to ${standInWords(shown)}` : `to ${shown.url}`;
    write(svgPath, drawSvg(ways, `${formatAmount(shown.requests, 'request')} in each way`, printable(subtitle)));
  }
  if (jsonPath) write(jsonPath, json);
}

/** @throws DiskError */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new DiskError('disk_failed', `could not write ${path}: ${messageOf(cause)}`, {
      hint: 'what was measured stands on the standard output; another file may take it next time',
      cause,
    });
  }
}

function page(ways: readonly ComparedWay[], shown: ComparedSettings, io: CliIo): string {
  const canvas = { columns: io.stdout.columns || 100, color: allowsColor(io.stdout, io.env) };
  const blocks = [
    drawTable(ways, canvas),
    drawChart(ways, canvas),
    [...failureLines(ways).map(printable), ...conclusions(ways, shown)].flatMap((line) =>
      wrapped(line, 0, canvas.columns),
    ),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `\n${lines.join('\n')}\n`)
    .join('');
}
