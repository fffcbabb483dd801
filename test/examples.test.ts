// Holds the sample inputs to their generator, and to what they are meant to contain.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { sampleContacts } from '../scripts/sample-contacts.ts';
import { sampleOrders } from '../scripts/sample-orders.ts';

function example(name: string): string {
  return readFileSync(join(import.meta.dirname, '../examples', name), 'utf8');
}

test('orders.jsonl is what the generator writes, with the traps that it promises', () => {
  const lines = example('orders.jsonl').trimEnd().split('\n');
  expect(lines).toHaveLength(5000);
  expect(lines.join('\n') === [...sampleOrders(5000)].join('\n')).toBe(true);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('address.city');
  expect(new Set(lines).size).toBeLessThan(4960);
  expect(lines.filter((line) => /"ledger":9007\d{12,}/.test(line)).length).toBeGreaterThan(300);
  for (const trap of ['\\n', '\\"', '\\\\', '🎁', '美咲']) expect(lines.some((line) => line.includes(trap))).toBe(true);
});

test('contacts.csv is what the generator writes, with the traps that it promises', () => {
  const text = example('contacts.csv');
  expect(text === sampleContacts(500)).toBe(true);
  const rows: Record<string, string>[] = parse(text, { columns: true });
  expect(rows).toHaveLength(500);
  expect(rows.map((row) => row['id'])).toEqual(Array.from({ length: 500 }, (_, ordinal) => `c-${ordinal + 1}`));
  expect(rows.some((row) => row['note']?.includes('\n') === true)).toBe(true);
  expect(rows.some((row) => row['company'] === 'The "Best" Bakery')).toBe(true);
});
