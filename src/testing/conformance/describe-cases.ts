// Runs the cases of all themes over a transport's sockets: all of a theme at once, then a test tells of each.

import { beforeAll, describe, expect, test } from 'vitest';
import type { TransportOptions } from '../../http/transport-options.ts';
import type { Transport } from '../../http/transport.ts';
import { CaseServer } from './case-server.ts';
import type { Way } from './case-server.ts';
import { runCase } from './run-case.ts';
import type { Ran } from './run-case.ts';
import { themes } from './themes.ts';
import type { Outcome, WireCase } from './wire-case.ts';

type Make = (options?: TransportOptions) => Transport;

/** More take no less time, and each longer. */
const atOnce = 20;

/** Holds a transport to every case. `isUndici`: to what is said of undici, where something is. */
export function describeCases(name: string, make: Make, isUndici: boolean): void {
  // How undici's parser takes pieces is not for us to show, and its share of the time is the largest.
  const ways: readonly Way[] = isUndici ? ['in one piece'] : ['in one piece', 'in four pieces'];
  const expectedOf = (of: WireCase): Outcome => (isUndici ? (of.undici?.outcome ?? of.expected) : of.expected);
  const named = themes.map((theme) => [`${name}: bytes: ${theme.name}`, theme.cases] as const);
  describe.each(named)('%s', (_title, cases) => {
    const ran = new Map<WireCase, readonly Ran[]>();
    beforeAll(async () => {
      await using server = new CaseServer(cases);
      await server.listen();
      const run = async (of: WireCase): Promise<void> => {
        const expected = expectedOf(of);
        const kept = expected.result === 'whole' && expected.kept;
        ran.set(of, await Promise.all(ways.map((way) => runCase(make, server, of, way, kept))));
      };
      for (let at = 0; at < cases.length; at += atOnce) await Promise.all(cases.slice(at, at + atOnce).map(run));
    });
    test.each(cases)('$name', (of) => {
      const wanted = ways.map((way, at) => ({
        way,
        outcome: asTold(expectedOf(of), ran.get(of)?.[at], isUndici),
        complaints: [],
      }));
      expect(ways.map((way, at) => ({ way, ...ran.get(of)?.[at] }))).toEqual(wanted);
    });
  });
}

/** What is expected, but for what the case leaves open and what undici has no name for. */
function asTold(expected: Outcome, ran: Ran | undefined, isUndici: boolean): Outcome {
  if (expected.result === 'failed') return isUndici ? { ...expected, fault: null } : expected;
  if (expected.headers !== null || ran === undefined || ran.outcome === 'nothing came') return expected;
  return ran.outcome.result === 'whole' ? { ...expected, headers: ran.outcome.headers } : expected;
}
