// What a connection costs the stand-in service: its memory with 10,000 that only connected, and with a request to
// `/delay/5` in each, less what it had with none. They stay silent for longer than the delay before they ask:
// slow clients must not be cut off. A round in which not every one got its right answer has no figures.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManyConnections, type Answers } from '../../src/testing/many-connections.ts';
import { endWithUs } from '../end-with-us.ts';
import type { Figure } from '../figure.ts';
import { median } from '../median.ts';
import { ourTarget } from '../our-command.ts';
import { memoryOf } from './held-target.ts';

const delayMs = 5000;

/** Of one round. */
interface Round {
  readonly noneBytes: number;
  readonly silentBytes: number;
  readonly heldBytes: number;
  readonly peakBytes: number;
  readonly answers: Answers;
}

/** Kilobytes a connection, and how far apart the answers came; `many` at once. */
export async function benchHeld(many: number, rounds: number): Promise<readonly Figure[]> {
  const seen: Round[] = [];
  let failure: string | null = null;
  for (let round = 1; round <= rounds && failure === null; round++) {
    process.stderr.write(`held: round ${round}/${rounds}\n`);
    try {
      seen.push(await holdOnce(many));
    } catch (error) {
      failure = String(error).split('\n', 1)[0] ?? '';
    }
  }
  const middle = (of: (round: Round) => number): number | null => (failure === null ? median(seen.map(of)) : null);
  const eachKb = (bytes: (round: Round) => number): number | null =>
    middle((round) => (bytes(round) - round.noneBytes) / many / 1024);
  const mb = (of: (round: Round) => number): string => `${((middle(of) ?? 0) / 1e6).toFixed(0)} MB`;
  const memory = `${mb((round) => round.noneBytes)} with none, ${mb((round) => round.heldBytes)} held, at most ${mb((round) => round.peakBytes)}`;
  const answered = `all ${many.toLocaleString('en-US')} answered, the first after ${middle(({ answers }) => answers.firstMs)?.toFixed(0)} ms`;
  const bench = 'held';
  return [
    { bench, name: 'silent', value: eachKb((round) => round.silentBytes), unit: 'KB', goal: null, note: failure ?? '' },
    {
      bench,
      name: 'in /delay/5',
      value: eachKb((round) => round.heldBytes),
      unit: 'KB',
      goal: 16,
      note: failure ?? memory,
    },
    {
      bench,
      name: 'first to last answer',
      value: middle(({ answers: { firstMs, lastMs } }) => lastMs - firstMs),
      unit: 'ms',
      goal: null,
      note: failure ?? answered,
    },
  ];
}

async function holdOnce(many: number): Promise<Round> {
  const { program, args } = ourTarget();
  const service = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(service);
  let connections: ManyConnections | null = null;
  try {
    const [greeting] = (await once(service.stdout, 'data')) as [Buffer];
    const port = Number(/:(\d+) /.exec(greeting.toString())?.[1]);
    // What is made once has been made.
    await (await fetch(`http://127.0.0.1:${port}/delay/0.1`)).text();
    const noneBytes = memoryOf(service.pid).nowBytes;
    connections = await ManyConnections.open(port, many);
    await sleep(delayMs + 1000);
    const silentBytes = memoryOf(service.pid).nowBytes;
    const asked = connections.ask('/delay/5', '{"delayed":5}');
    await sleep(delayMs - 500);
    const heldBytes = memoryOf(service.pid).nowBytes;
    const answers = await asked;
    if (answers.right < many) throw new Error(`${answers.right} of ${many} answered; instead: ${answers.wrong.join()}`);
    return { noneBytes, silentBytes, heldBytes, peakBytes: memoryOf(service.pid).peakBytes, answers };
  } finally {
    connections?.close();
    service.kill('SIGKILL');
  }
}
