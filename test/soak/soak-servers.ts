// The unruly servers of a soak, and the lanes that lead to them: which origins are met by which transport.

import type { TransportOptions } from '../../src/http/transport-options.ts';
import type { Transport } from '../../src/http/transport.ts';
import type { UnrulyLedger } from '../../src/testing/unruly-ledger.ts';
import type { UnrulyTemper } from '../../src/testing/unruly-plan.ts';
import { startUnrulyServer } from '../../src/testing/unruly-server.ts';
import type { UnrulyServer } from '../../src/testing/unruly-server.ts';
import type { Lane } from './soak-load.ts';

/** What is soaked, as the command and the test say it. */
export interface SoakSetting {
  readonly http: '1.1' | '2';
  readonly seed: number;
  readonly maxDelayMs: number;
  readonly maxBodyBytes: number;
}

/** Which servers there are, by lane: origins that share a transport. */
interface LaneShape {
  readonly secure: readonly boolean[];
  readonly pipelining: number;
}

const shapes: Readonly<Record<SoakSetting['http'], readonly LaneShape[]>> = {
  '1.1': [
    { secure: [false, true, true], pipelining: 1 },
    { secure: [false, true], pipelining: 4 },
  ],
  '2': [
    { secure: [true, true], pipelining: 1 },
    { secure: [false], pipelining: 1 },
  ],
};

/** Longer than anything takes that has a limit. Over HTTP/2 two pings find out that a server is gone: 30 s. */
export function stuckMsOf({ http, maxDelayMs }: SoakSetting): number {
  return (http === '2' ? 35_000 : 10_000) + 20 * maxDelayMs;
}

/** Starts them all; their origins, lane by lane. */
export async function startSoakServers(
  setting: SoakSetting,
  ledger: UnrulyLedger,
): Promise<{ readonly origins: string[][]; close(): Promise<void> }> {
  const servers: UnrulyServer[] = [];
  const origins: string[][] = [];
  for (const [nth, shape] of shapes[setting.http].entries()) {
    const own: string[] = [];
    for (const secure of shape.secure) {
      const server = await startUnrulyServer({ http: setting.http, secure, temper: temperOf(setting, nth), ledger });
      servers.push(server);
      own.push(server.origin);
    }
    origins.push(own);
  }
  return {
    origins,
    close: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

/** The lanes that lead there. */
export function soakLanes(
  setting: SoakSetting,
  origins: readonly (readonly string[])[],
  create: (options: TransportOptions) => Transport,
): Lane[] {
  const { http, maxDelayMs } = setting;
  return shapes[http].map(({ pipelining }, nth) => ({
    origins: origins[nth] ?? [],
    temper: temperOf(setting, nth),
    makeTransport: () =>
      create({
        // Over TLS by negotiation, over cleartext by prior knowledge.
        http: http === '2' && nth === 0 ? 'auto' : http,
        pipelining,
        connectTimeoutMs: 100 + maxDelayMs,
        headersTimeoutMs: 100 + 1.3 * maxDelayMs,
        bodyTimeoutMs: 100 + maxDelayMs,
        keepAliveMs: maxDelayMs * 0.7,
        verifyTls: false,
        proxy: null,
      }),
  }));
}

function temperOf({ http, maxBodyBytes, maxDelayMs, seed }: SoakSetting, nth: number): UnrulyTemper {
  const pipelined = (shapes[http][nth]?.pipelining ?? 1) > 1;
  return { seed: seed + nth, http, maxDelayMs, maxBodyBytes, pipelined };
}
