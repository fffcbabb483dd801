import { expect, test } from 'vitest';
import { ConnectionList } from './connection-list.ts';
import type { Listed } from './connection-list.ts';

class Item implements Listed<Item> {
  listed = false;
  above: Item | null = null;
  below: Item | null = null;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

function names(list: ConnectionList<Item>): string {
  let text = '';
  for (let item = list.top; item !== null; item = item.below) text += item.name;
  let reversed = '';
  for (let item = list.bottom; item !== null; item = item.above) reversed = item.name + reversed;
  expect(reversed).toBe(text);
  expect(list.size).toBe(text.length);
  return text;
}

test('last in, first out; removal from anywhere; twice changes nothing', () => {
  const list = new ConnectionList<Item>();
  const [a, b, c, d] = [new Item('a'), new Item('b'), new Item('c'), new Item('d')];
  for (const item of [a, b, c, d, a]) list.push(item);
  expect(names(list)).toBe('dcba');
  list.remove(b);
  list.remove(b);
  expect(names(list)).toBe('dca');
  list.remove(d);
  expect(names(list)).toBe('ca');
  list.remove(a);
  expect(names(list)).toBe('c');
  list.push(b);
  expect(names(list)).toBe('bc');
  list.remove(c);
  list.remove(b);
  expect(names(list)).toBe('');
  expect([list.top, list.bottom]).toEqual([null, null]);
});
