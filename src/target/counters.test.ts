import { describe, expect, test } from 'vitest';

import { Counters } from './counters.ts';

describe('requests', () => {
  test('are counted by method, path and status, in flight and completed', () => {
    const counters = new Counters(10);
    counters.arrived(0, 'GET', '/a');
    const post = counters.arrived(0, 'POST', '/a');
    counters.answered(200);
    counters.left(post, true);
    const other = counters.arrived(0, 'GET', '/b');
    counters.answered('reset');
    counters.left(other, false);
    expect(counters.statistics()).toEqual({
      total: 3,
      completed: 1,
      inFlight: { now: 1, maximum: 2 },
      connections: { opened: 0, open: 0, maximum: 0 },
      byMethod: { GET: 2, POST: 1 },
      byStatus: { 200: 1, reset: 1 },
      byPath: { '/a': 2, '/b': 1 },
      mostByPath: { '/a': 2, '/b': 1 },
      arrivals: { mostIn100Ms: 3, mostIn1000Ms: 3 },
      refused: 0,
      early: 0,
      keys: { distinct: 0, repeated: 0, maximum: 0, untracked: 0 },
      records: { distinct: 0, repeated: 0, maximum: 0, untracked: 0, manyKeys: 0 },
    });
  });

  test('on more than 10,000 paths are counted as other, those on known paths still by name', () => {
    const counters = new Counters(10);
    for (let n = 0; n < 10_050; n++) counters.arrived(0, 'GET', `/item/${n}`);
    counters.arrived(0, 'GET', '/item/7');
    const { byPath, total } = counters.statistics();
    expect([total, byPath['other'], byPath['/item/7'], byPath['/item/9999']]).toEqual([10_051, 50, 2, 1]);
    expect(byPath).not.toHaveProperty('/item/10000');
  });
});

describe('a path that asks to wait', () => {
  test('has those counted who come while it does, but for those that were on their way', () => {
    const counters = new Counters(10);
    const earlyAt = (nowMs: number, path = '/a'): number => {
      counters.left(counters.arrived(nowMs, 'GET', path), true);
      return counters.statistics().early;
    };
    expect(earlyAt(0)).toBe(0);
    counters.refused(1000, '/a', 2000);
    counters.refused(1000, '/b', null);
    expect([earlyAt(1500), earlyAt(1501, '/b'), earlyAt(1501), earlyAt(2999), earlyAt(3000)]).toEqual([0, 0, 1, 2, 2]);
  });

  test('is not waited for by who keeps asking: another refusal only makes the wait longer', () => {
    const counters = new Counters(10);
    for (let nowMs = 0; nowMs < 1000; nowMs += 100) {
      counters.left(counters.arrived(nowMs, 'GET', '/a'), true);
      counters.refused(nowMs, '/a', 1000);
    }
    expect(counters.statistics()).toMatchObject({ refused: 10, early: 4 });
    counters.left(counters.arrived(1899, 'GET', '/a'), true);
    counters.left(counters.arrived(1900, 'GET', '/a'), true);
    expect(counters.statistics().early).toBe(5);
  });
});

describe('idempotency keys', () => {
  test('are counted exactly, 20,000 of them', () => {
    const counters = new Counters(1_000_000);
    for (let n = 0; n < 20_000; n++) counters.arrived(0, 'POST', '/', `key-${n}`);
    for (let n = 0; n < 3; n++) counters.arrived(0, 'POST', '/', 'key-77');
    counters.arrived(0, 'POST', '/', 'key-78');
    const { keys, byKey } = counters.statistics({ keys: true });
    expect(keys).toEqual({ distinct: 20_000, repeated: 2, maximum: 4, untracked: 0 });
    expect([byKey?.['key-77'], byKey?.['key-78'], byKey?.['key-79']]).toEqual([4, 2, 1]);
    expect(counters.statistics()).not.toHaveProperty('byKey');
  });

  test('beyond the limit are counted as untracked, known ones still exactly', () => {
    const counters = new Counters(2);
    for (const key of ['a', 'b', 'c', 'd', 'a']) counters.arrived(0, 'POST', '/', key);
    expect(counters.statistics().keys).toEqual({ distinct: 2, repeated: 1, maximum: 2, untracked: 2 });
  });
});

function counted(): Counters {
  const counters = new Counters(4);
  counters.arrived(0, 'POST', '/', 'key-1', 'once');
  counters.arrived(0, 'POST', '/', 'key-2', 'twice');
  counters.arrived(0, 'POST', '/', 'key-2', 'twice');
  counters.arrived(0, 'POST', '/', 'key-3', 'two keys');
  counters.arrived(0, 'PUT', '/', undefined, 'two keys');
  counters.arrived(0, 'POST', '/', 'key-4', 'two keys');
  counters.arrived(0, 'GET', '/', undefined, '__proto__');
  counters.arrived(0, 'GET', '/', undefined, 'one too many');
  return counters;
}

describe('records', () => {
  test('are summed up without being asked for', () => {
    const statistics = counted().statistics();
    expect(statistics.records).toEqual({ distinct: 4, repeated: 2, maximum: 3, untracked: 1, manyKeys: 1 });
    expect(statistics).not.toHaveProperty('byRecord');
  });

  test('seen more than once are shown with their methods and, if they had several, their keys', () => {
    const { byRecord, keysOfRecord } = counted().statistics({ records: 'repeated' });
    expect(byRecord).toEqual({ twice: { POST: 2 }, 'two keys': { POST: 2, PUT: 1 } });
    expect(keysOfRecord).toEqual({ 'two keys': ['key-3', 'key-4'] });
  });

  test('are shown one and all when asked for', () => {
    const { byRecord } = counted().statistics({ records: 'all' });
    expect(Object.entries(byRecord ?? {})).toContainEqual(['__proto__', { GET: 1 }]);
    expect(byRecord?.['once']).toEqual({ POST: 1 });
  });
});

test('a reset forgets what was, and goes on counting what is open', () => {
  const counters = new Counters(10);
  counters.connectionOpened();
  counters.connectionOpened();
  const first = counters.arrived(0, 'POST', '/', 'key', 'record');
  const second = counters.arrived(0, 'POST', '/', 'key', 'record');
  counters.answered(200);
  counters.refused(0, '/', 1000);
  counters.left(counters.arrived(500, 'POST', '/gone'), true);
  expect(counters.statistics()).toMatchObject({ refused: 1, early: 0, byPath: { '/': 2, '/gone': 1 } });
  counters.left(first, true);
  counters.reset();
  counters.left(counters.arrived(600, 'GET', '/'), true);
  expect(counters.statistics()).toMatchObject({ early: 0, byPath: { '/': 1 }, mostByPath: { '/': 2 } });
  counters.reset();
  counters.left(second, true);
  counters.connectionClosed();
  expect(counters.statistics({ keys: true, records: 'all' })).toEqual({
    total: 0,
    completed: 1,
    inFlight: { now: 0, maximum: 1 },
    connections: { opened: 0, open: 1, maximum: 2 },
    byMethod: {},
    byStatus: {},
    byPath: {},
    mostByPath: { '/': 1 },
    arrivals: { mostIn100Ms: 0, mostIn1000Ms: 0 },
    refused: 0,
    early: 0,
    keys: { distinct: 0, repeated: 0, maximum: 0, untracked: 0 },
    records: { distinct: 0, repeated: 0, maximum: 0, untracked: 0, manyKeys: 0 },
    byKey: {},
    byRecord: {},
    keysOfRecord: {},
  });
});
