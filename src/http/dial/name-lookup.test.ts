// The memory of names, on a fake clock and with a resolver that answers when the test says so.

import { execFile } from 'node:child_process';
import { Socket } from 'node:net';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { NameLookup, failureMs, maxHosts, patienceMs, staleMs, timeToLiveMs } from './name-lookup.ts';

type Answer = Parameters<LookupFunction>[2];

class Bench {
  readonly clock = new FakeClock();
  /** What the resolver was asked, and has not answered. */
  readonly asked: { name: string; all: boolean | undefined; answer: Answer }[] = [];
  readonly names = new NameLookup((name, { all }, answer) => this.asked.push({ name, all, answer }), this.clock);
  readonly #lookup = this.names.towards(80);

  /** Asks; resolves to the addresses, or the code of the error. */
  ask(name = 'a.test', all = true): Promise<string> {
    return new Promise((resolve) => {
      this.#lookup(name, { all }, (error, found, family) => {
        if (error !== null) resolve(error.code ?? error.message);
        else resolve(typeof found === 'string' ? `${found}/${family}` : found.map(({ address }) => address).join(' '));
      });
    });
  }

  /** The resolver answers what it was asked first. */
  reply(...addresses: string[]): void {
    this.asked.shift()?.answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }

  fail(code: string): void {
    this.asked.shift()?.answer(Object.assign(new Error('m'), { code }), []);
  }

  /** Asks, with an answer of the resolver at once. Throws if that is not what was asked for. */
  async learn(address: string): Promise<void> {
    const answer = this.ask();
    this.reply(address);
    const found = await answer;
    if (found !== address) throw new Error(`found ${found}, not ${address}`);
  }
}

describe('one lookup', () => {
  test('for all that wait for it, and for all that come within its time', async () => {
    const bench = new Bench();
    const answers = Array.from({ length: 1000 }, () => bench.ask());
    expect(bench.asked.map(({ name, all }) => [name, all])).toEqual([['a.test', true]]);
    bench.reply('10.0.0.1', '10.0.0.2');
    const found = await Promise.all(answers);
    expect(found.filter((one) => one === '10.0.0.1 10.0.0.2')).toHaveLength(500);
    expect(found.filter((one) => one === '10.0.0.2 10.0.0.1')).toHaveLength(500);
    bench.clock.advance(timeToLiveMs - 1);
    await bench.ask();
    expect(bench.names.statistics()).toMatchObject({ hosts: 1, lookups: 1, answers: 1001, stale: 0, failures: 0 });
  });

  test('another when its time is over, with what is found then', async () => {
    const bench = new Bench();
    await bench.learn('10.0.0.1');
    bench.clock.advance(timeToLiveMs);
    await bench.learn('10.0.0.2');
    expect([await bench.ask(), bench.clock.pending]).toEqual(['10.0.0.2', 0]);
  });

  test('for each name', async () => {
    const bench = new Bench();
    const answers = [bench.ask('a.test'), bench.ask('b.test')];
    bench.reply('10.0.0.1');
    bench.reply('10.0.0.2');
    expect(await Promise.all(answers)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('gives one address to who wants one', async () => {
    const bench = new Bench();
    const answer = bench.ask('a.test', false);
    bench.reply('::1', '10.0.0.1');
    expect([await answer, await bench.ask('a.test', false)]).toEqual(['::1/6', '::1/6']);
  });

  test('is never answered before the call has returned', () => {
    const names = new NameLookup((_name, _options, answer) => answer(null, '10.0.0.1', 4), new FakeClock());
    let answered = false;
    names.towards(80)('a.test', { all: true }, () => (answered = true));
    expect(answered).toBe(false);
    names.towards(80)('a.test', { all: true }, () => (answered = true));
    expect(answered).toBe(false);
  });
});

describe('a lookup that fails', () => {
  test('fails for all that wait, and is repeated after a second and not before', async () => {
    const bench = new Bench();
    const answers = Array.from({ length: 100 }, () => bench.ask());
    bench.fail('ENOTFOUND');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['ENOTFOUND']));
    bench.clock.advance(failureMs - 1);
    expect([await bench.ask(), bench.names.statistics().lookups]).toEqual(['ENOTFOUND', 1]);
    bench.clock.advance(1);
    await bench.learn('10.0.0.1');
    expect(bench.names.statistics()).toMatchObject({ lookups: 2, failures: 1 });
  });

  test('leaves a known host its addresses for ten minutes', async () => {
    const bench = new Bench();
    await bench.learn('10.0.0.1');
    bench.clock.advance(timeToLiveMs + staleMs - 1);
    const answer = bench.ask();
    bench.fail('EAI_AGAIN');
    expect([await answer, await bench.ask(), bench.names.statistics().stale]).toEqual(['10.0.0.1', '10.0.0.1', 2]);
    bench.clock.advance(failureMs);
    const late = bench.ask();
    bench.fail('EAI_AGAIN');
    expect([await late, await bench.ask()]).toEqual(['EAI_AGAIN', 'EAI_AGAIN']);
  });

  test('and one that takes long is not waited for if the host is known', async () => {
    const bench = new Bench();
    await bench.learn('10.0.0.1');
    bench.clock.advance(timeToLiveMs);
    let early = '';
    const answer = bench.ask().then((found) => (early = found));
    bench.clock.advance(patienceMs - 1);
    await new Promise(setImmediate);
    expect(early).toBe('');
    bench.clock.advance(1);
    expect([await answer, await bench.ask(), bench.asked.length]).toEqual(['10.0.0.1', '10.0.0.1', 1]);
    bench.reply('10.0.0.2');
    expect([await bench.ask(), bench.names.statistics().stale]).toEqual(['10.0.0.2', 2]);
  });

  test('one of an unknown host is waited for', async () => {
    const bench = new Bench();
    const answer = bench.ask();
    bench.clock.advance(10 * patienceMs);
    bench.reply('10.0.0.1');
    expect(await answer).toBe('10.0.0.1');
  });
});

/** What a lookup with this resolver comes to. */
function asked(lookup: LookupFunction): Promise<string> {
  return new Promise((resolve) => {
    new NameLookup(lookup, new FakeClock()).towards(80)('a.test', { all: true }, (error, found) =>
      resolve(error === null ? JSON.stringify(found) : `${error.code}: ${error.message}`),
    );
  });
}

describe('a resolver of one’s own', () => {
  test('may give one address, doubles, a wrong family', async () => {
    expect(await asked((_name, _options, answer) => answer(null, '::1'))).toBe('[{"address":"::1","family":6}]');
    const doubles = [
      { address: '10.0.0.1', family: 6 },
      { address: '10.0.0.1', family: 4 },
      { address: 'nonsense', family: 4 },
    ];
    const found = await asked((_name, _options, answer) => answer(null, doubles));
    expect(found).toBe('[{"address":"10.0.0.1","family":4}]');
  });

  test('that finds nothing has not found the host', async () => {
    const nothing = await asked((_name, _options, answer) => answer(null, []));
    expect(nothing).toBe('ENOTFOUND: a.test has no address');
  });

  test('may throw', async () => {
    const thrown = await asked(() => {
      throw new Error('broken');
    });
    expect(thrown).toContain('broken');
  });

  test('may call back twice: the second answer is not that of a later lookup', async () => {
    const bench = new Bench();
    const first = bench.ask();
    const [one] = bench.asked;
    bench.reply('10.0.0.1');
    await first;
    bench.clock.advance(timeToLiveMs);
    const second = bench.ask();
    one?.answer(null, '10.9.9.9', 4);
    bench.reply('10.0.0.2');
    expect(await second).toBe('10.0.0.2');
  });
});

/** A socket that is about to try several addresses, or one only. */
function watched(names: NameLookup, several: boolean): Socket {
  const socket = new Socket();
  socket.on('error', () => {});
  if (several) Object.assign(socket, { autoSelectFamilyAttemptedAddresses: [] });
  names.watch(socket);
  return socket;
}

describe('what a socket tells', () => {
  test.each([
    ['ECONNREFUSED', true, 1],
    ['ENETUNREACH', true, 1],
    ['EADDRNOTAVAIL', true, 1],
    // Shortages of this machine, and a dialling that was given up.
    ['EMFILE', true, 0],
    ['ENFILE', true, 0],
    ['ENOBUFS', true, 0],
    ['ECANCELED', true, 0],
    // Nothing is gained by leaving the only one; and hosts that are dead must not push out those that are half dead.
    ['ECONNREFUSED', false, 0],
  ])('%s, several addresses %s: left %s', (code, several, left) => {
    const { names } = new Bench();
    watched(names, several).emit('connectionAttemptFailed', '10.0.0.1', 80, 4, Object.assign(new Error('m'), { code }));
    expect(names.statistics().left).toBe(left);
  });

  test('an address that was silent is left, but not if the dialling was given up', () => {
    const { names } = new Bench();
    const given = watched(names, true).destroy();
    given.emit('connectionAttemptTimeout', '10.0.0.1', 80, 4);
    expect(names.statistics().left).toBe(0);
    watched(names, true).emit('connectionAttemptTimeout', '10.0.0.1', 80, 4);
    expect(names.statistics().left).toBe(1);
  });
});

test('10,000 hosts are remembered; the oldest goes', async () => {
  const bench = new Bench();
  for (let i = 0; i <= maxHosts; i++) {
    void bench.ask(`h${i}.test`);
    bench.reply('10.0.0.1');
  }
  expect(bench.names.statistics()).toMatchObject({ hosts: maxHosts, lookups: maxHosts + 1 });
  await bench.ask('h1.test');
  expect(bench.asked).toEqual([]);
  void bench.ask('h0.test');
  expect(bench.asked.map(({ name }) => name)).toEqual(['h0.test']);
});

test('without a resolver, the system’s is asked: /etc/hosts holds', async () => {
  const found = await new Promise<string>((resolve) => {
    new NameLookup().towards(80)('localhost', { all: true }, (error, addresses) =>
      resolve(error === null ? JSON.stringify(addresses) : String(error)),
    );
  });
  expect(found).toMatch(/"(127\.0\.0\.1|::1)"/);
});

// The system says that there is no such name when it has no descriptor to look it up with.
test.skipIf(process.platform !== 'linux')(
  'a machine without a descriptor left is told as that, and not remembered',
  async () => {
    const program = `
    import { closeSync, openSync } from 'node:fs';
    import { NameLookup } from ${JSON.stringify(new URL('name-lookup.ts', import.meta.url).href)};
    const lookup = new NameLookup().towards(80);
    const found = () => new Promise((resolve) => lookup('localhost', { all: true }, (error) => resolve(error?.code ?? 'found')));
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    const first = await found();
    for (const file of taken) closeSync(file);
    console.log(first, await found());`;
    const words = ['-c', 'ulimit -n 64; exec "$@"', 'bash', process.execPath, '--input-type=module', '-e', program];
    expect((await promisify(execFile)('bash', words)).stdout).toBe('EMFILE found\n');
  },
);
