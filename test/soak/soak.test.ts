// A short soak: servers that misbehave at random, requests that are given up, paused and renewed at random, and
// each is settled once, with bytes of its own, and no socket is left. `scripts/soak.ts` does it for long.

import { describe, expect, test } from 'vitest';
import { createWireTransport } from '../../src/http/pool/wire-transport.ts';
import { UnrulyLedger } from '../../src/testing/unruly-ledger.ts';
import { SoakLoad } from './soak-load.ts';
import { soakLanes, startSoakServers, stuckMsOf } from './soak-servers.ts';
import type { SoakSetting } from './soak-servers.ts';
import { SoakTally } from './soak-tally.ts';

const isLong = process.env['MANYFETCH_LONG'] === '1';

describe.each(['1.1', '2'] as const)('a soak over HTTP/%s', (http) => {
  test(
    'settles each request once, with its own answer, and leaves nothing',
    async () => {
      const setting: SoakSetting = { http, seed: 4_711, maxDelayMs: isLong ? 500 : 60, maxBodyBytes: 200_000 };
      const ledger = new UnrulyLedger();
      const tally = new SoakTally();
      const servers = await startSoakServers(setting, ledger);
      const load = new SoakLoad({
        lanes: soakLanes(setting, servers.origins, createWireTransport),
        inFlight: 60,
        requests: isLong ? 30_000 : 500,
        forMs: isLong ? 60_000 : 5_000,
        seed: setting.seed,
        maxDelayMs: setting.maxDelayMs,
        // What is larger is held up by a server that is gone until pings tell, over HTTP/2.
        maxUpBytes: isLong ? 1_500_000 : 12_000,
        stuckMs: stuckMsOf(setting),
        tally,
        isEnough: () => tally.violations.length > 0 || ledger.violations.length > 0,
      });
      await load.run();
      await servers.close();
      expect([...ledger.violations, ...tally.violations]).toEqual([]);
      expect(tally.settled).toBe(tally.sent);
      expect(load.inFlight).toBe(0);
      // A transport to which everything fails would not have been tried.
      expect(tally.goodAnswered).toBeGreaterThan(tally.good / 10);
    },
    isLong ? 120_000 : 30_000,
  );
});
