// Ten thousand connections at once, each with a request that takes five seconds: over real sockets, to the service in a
// process of its own. No delay ends there until all requests have come, so that no machine is too slow for it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMachineFacts } from '../govern/local-limits.ts';
import { askJson } from '../testing/ask.ts';
import { ManyConnections } from '../testing/many-connections.ts';
import type { OutOfTimeAnswer, OutOfTimeQuestion } from '../testing/service-out-of-time.ts';
import type { TargetStatistics } from './counters.ts';

const many = 10_000;
const facts = readMachineFacts();
/** Each of the two processes needs a file a connection; this one has others open. */
const files = (facts.openFilesLimit ?? Infinity) - facts.openFiles;

test('ten thousand connections wait at once, and each is answered', async ({ skip }) => {
  if (files < many + 500)
    skip(`${many} files a process are needed, and ${files} are free: raise the limit with ulimit -n`);
  const service = fork(join(import.meta.dirname, '../testing/service-out-of-time.ts'));
  const answer = async (): Promise<OutOfTimeAnswer> => ((await once(service, 'message')) as [OutOfTimeAnswer])[0];
  const ask = (question: OutOfTimeQuestion): Promise<OutOfTimeAnswer> => {
    service.send(question);
    return answer();
  };
  let connections: ManyConnections | null = null;
  try {
    const { port } = await answer();
    const stats = async (): Promise<TargetStatistics> =>
      (await askJson(`http://127.0.0.1:${port}/stats`)) as unknown as TargetStatistics;

    connections = await ManyConnections.open(port, many);
    // Those that merely connect are there, and are counted as that.
    expect(await stats()).toMatchObject({ total: 0, connections: { open: many + 1 } });

    const answers = connections.ask('/delay/5', '{"delayed":5}');
    expect(await ask(many)).toMatchObject({ waiting: many, delaysMs: [5000] });
    expect(await stats()).toMatchObject({ total: many, completed: 0, inFlight: { now: many, maximum: many } });

    expect((await ask('let go')).waiting).toBe(0);
    expect(await answers).toMatchObject({ right: many, wrong: [] });
    const { completed, byStatus, inFlight, connections: counted } = await stats();
    expect([completed, byStatus, inFlight]).toEqual([many, { 200: many }, { now: 0, maximum: many }]);
    // One more for each look at the statistics; none is closed after its answer.
    expect(counted).toEqual({ opened: many + 3, open: many + 1, maximum: many + 1 });
  } finally {
    connections?.close();
    service.kill('SIGKILL');
  }
});
