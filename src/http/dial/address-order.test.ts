import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { AddressOrder, leftMs } from './address-order.ts';

const four = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));
const six = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 6 }));

class Bench {
  readonly clock = new FakeClock();
  readonly order = new AddressOrder(this.clock);
  #turn = 0;

  /** The addresses for the next connection, joined. */
  next(addresses: readonly LookupAddress[], port = 80): string {
    return this.order
      .order(addresses, port, this.#turn++)
      .map(({ address }) => address)
      .join(' ');
  }
}

describe('in turn', () => {
  test('each connection begins with another address, and has the others behind it', () => {
    const bench = new Bench();
    const all = four('a', 'b', 'c');
    expect(Array.from({ length: 4 }, () => bench.next(all))).toEqual(['a b c', 'b c a', 'c a b', 'a b c']);
    expect(bench.next([])).toBe('');
  });

  test('the family that the system put first stays first', () => {
    const bench = new Bench();
    const all = [...six('x', 'y'), ...four('a', 'b', 'c')];
    const seen = Array.from({ length: 3 }, () => bench.next(all));
    expect(seen).toEqual(['x y a b c', 'y x b c a', 'x y c a b']);
  });
});

describe('an address that failed', () => {
  test('is not offered while two others work, and is the last while one does', () => {
    const bench = new Bench();
    const all = four('a', 'b', 'c');
    bench.order.failed('b', 80);
    expect([bench.next(all), bench.next(all), bench.next(all)]).toEqual(['a c', 'c a', 'a c']);
    bench.order.failed('a', 80);
    expect([bench.next(all), bench.next(all)]).toEqual(['c a b', 'c a b']);
    expect(bench.order.left).toBe(2);
  });

  test('does not come before one that works when Node alternates the families', () => {
    const bench = new Bench();
    bench.order.failed('x', 80);
    const all = [...six('x'), ...four('a', 'b')];
    expect([bench.next(all), bench.next(all)]).toEqual(['b a', 'a b'].toReversed());
  });

  test('is as good as the others when all have failed', () => {
    const bench = new Bench();
    const all = four('a', 'b');
    bench.order.failed('a', 80);
    bench.order.failed('b', 80);
    expect([bench.next(all), bench.next(all)]).toEqual(['a b', 'b a']);
  });

  test('is the first of one connection when its time is over, and left again until that one worked', () => {
    const bench = new Bench();
    const all = four('a', 'b');
    bench.order.failed('a', 80);
    bench.clock.advance(leftMs - 1);
    expect(bench.next(all)).toBe('b a');
    bench.clock.advance(1);
    expect([bench.next(all), bench.next(all)]).toEqual(['a b', 'b a']);
    bench.clock.advance(leftMs - 1);
    expect(bench.next(all)).toBe('b a');
    bench.clock.advance(1);
    expect(bench.next(all)).toBe('a b');
    bench.order.worked('a', 80);
    expect(new Set([bench.next(all), bench.next(all)])).toEqual(new Set(['a b', 'b a']));
    expect(bench.order.left).toBe(0);
  });

  test('failed at its port only', () => {
    const bench = new Bench();
    bench.order.failed('a', 443);
    expect(bench.next(four('a', 'b'), 80)).toBe('a b');
    expect(bench.next(four('a', 'b'), 443)).toBe('b a');
    bench.order.worked('a', 80);
    expect(bench.next(four('a', 'b'), 443)).toBe('b a');
  });

  test('is forgotten when 10,000 others have failed since', () => {
    const bench = new Bench();
    for (let i = 0; i <= 10_000; i++) bench.order.failed(`a${i}`, 80);
    expect(bench.order.left).toBe(10_000);
    expect(bench.next(four('a0', 'b'))).toBe('a0 b');
    expect(bench.next(four('a1', 'b'))).toBe('b a1');
  });
});
