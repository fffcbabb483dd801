// The commands there are, in the order in which help lists them. Each is loaded when it is asked for:
// `--version` must not pay for the engine.

import type { Command } from './command.ts';

/** A command that is not loaded yet. */
export interface CommandEntry {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    usage: 'run <input>',
    summary: 'send a request for each record of the input, and record exactly one result for each',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    name: 'verify',
    usage: 'verify <results>',
    summary: 'prove that input and results match: every record exactly once, every line whole',
    load: async () => (await import('./verify-command.ts')).verifyCommand,
  },
  {
    name: 'failed',
    usage: 'failed <results>',
    summary: "write the records that are not ok, in the input's own format, ready to be run again",
    load: async () => (await import('./failed-command.ts')).failedCommand,
  },
  {
    name: 'report',
    usage: 'report <results>',
    summary: 'show what came of a run: counts, errors, latencies, throughput, slowest records',
    load: async () => (await import('./report-command.ts')).reportCommand,
  },
  {
    name: 'ctl',
    usage: 'ctl <results>',
    summary: 'look at a run that goes on, pause it, change its limits, or let it end early',
    load: async () => (await import('./ctl-command.ts')).ctlCommand,
  },
  {
    name: 'target',
    usage: 'target',
    summary: 'serve a stand-in service with delays, failures, rate limits, echo and counters',
    load: async () => (await import('./target-command.ts')).targetCommand,
  },
  {
    name: 'compare',
    usage: 'compare',
    summary: 'the same requests in turn, in threads, in processes, as tasks, as tasks in processes: what each took',
    load: async () => (await import('./compare-command.ts')).compareCommand,
  },
];
