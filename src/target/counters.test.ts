import { describe, expect, test } from 'vitest';

import { Counters } from './counters.ts';

describe('requests', () => {
  test('are counted by method, path and status, in flight and completed', () => {
    const counters = new Counters(10);
    counters.arrived('GET', '/a', undefined, undefined);
    counters.arrived('POST', '/a', undefined, undefined);
    counters.answered(200);
    counters.left(true);
    counters.arrived('GET', '/b', undefined, undefined);
    counters.answered('reset');
    counters.left(false);
    expect(counters.statistics()).toEqual({
      total: 3,
      completed: 1,
      inFlight: { now: 1, maximum: 2 },
      connections: { opened: 0, open: 0, maximum: 0 },
      byMethod: { GET: 2, POST: 1 },
      byStatus: { 200: 1, reset: 1 },
      byPath: { '/a': 2, '/b': 1 },
      keys: { distinct: 0, repeated: 0, maximum: 0, untracked: 0 },
      records: { distinct: 0, repeated: 0, maximum: 0, untracked: 0, manyKeys: 0 },
    });
  });

  test('on more than 10,000 paths are counted as other, those on known paths still by name', () => {
    const counters = new Counters(10);
    for (let n = 0; n < 10_050; n++) counters.arrived('GET', `/item/${n}`, undefined, undefined);
    counters.arrived('GET', '/item/7', undefined, undefined);
    const { byPath, total } = counters.statistics();
    expect([total, byPath['other'], byPath['/item/7'], byPath['/item/9999']]).toEqual([10_051, 50, 2, 1]);
    expect(byPath).not.toHaveProperty('/item/10000');
  });
});

describe('idempotency keys', () => {
  test('are counted exactly, 20,000 of them', () => {
    const counters = new Counters(1_000_000);
    for (let n = 0; n < 20_000; n++) counters.arrived('POST', '/', `key-${n}`, undefined);
    for (let n = 0; n < 3; n++) counters.arrived('POST', '/', 'key-77', undefined);
    counters.arrived('POST', '/', 'key-78', undefined);
    const { keys, byKey } = counters.statistics({ keys: true });
    expect(keys).toEqual({ distinct: 20_000, repeated: 2, maximum: 4, untracked: 0 });
    expect([byKey?.['key-77'], byKey?.['key-78'], byKey?.['key-79']]).toEqual([4, 2, 1]);
    expect(counters.statistics()).not.toHaveProperty('byKey');
  });

  test('beyond the limit are counted as untracked, known ones still exactly', () => {
    const counters = new Counters(2);
    for (const key of ['a', 'b', 'c', 'd', 'a']) counters.arrived('POST', '/', key, undefined);
    expect(counters.statistics().keys).toEqual({ distinct: 2, repeated: 1, maximum: 2, untracked: 2 });
  });
});

function counted(): Counters {
  const counters = new Counters(4);
  counters.arrived('POST', '/', 'key-1', 'once');
  counters.arrived('POST', '/', 'key-2', 'twice');
  counters.arrived('POST', '/', 'key-2', 'twice');
  counters.arrived('POST', '/', 'key-3', 'two keys');
  counters.arrived('PUT', '/', undefined, 'two keys');
  counters.arrived('POST', '/', 'key-4', 'two keys');
  counters.arrived('GET', '/', undefined, '__proto__');
  counters.arrived('GET', '/', undefined, 'one too many');
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
  counters.arrived('POST', '/', 'key', 'record');
  counters.arrived('POST', '/', 'key', 'record');
  counters.answered(200);
  counters.left(true);
  counters.reset();
  counters.left(true);
  counters.connectionClosed();
  expect(counters.statistics({ keys: true, records: 'all' })).toEqual({
    total: 0,
    completed: 1,
    inFlight: { now: 0, maximum: 1 },
    connections: { opened: 0, open: 1, maximum: 2 },
    byMethod: {},
    byStatus: {},
    byPath: {},
    keys: { distinct: 0, repeated: 0, maximum: 0, untracked: 0 },
    records: { distinct: 0, repeated: 0, maximum: 0, untracked: 0, manyKeys: 0 },
    byKey: {},
    byRecord: {},
    keysOfRecord: {},
  });
});
