// Lines of JSON that are not parsed become the requests that parsed ones become, whatever is asked of them.

import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleOrders } from '../../scripts/sample-orders.ts';
import { ByteString } from '../http/byte-string.ts';
import type { HttpRequest } from '../http/request.ts';
import type { GoodRecord } from '../input/reader.ts';
import { openInput } from '../input/open-input.ts';
import { createPlanner } from './create-planner.ts';
import type { PlannerOptions } from './create-planner.ts';
import type { Planned, Planner, SourceRecord } from './planner.ts';

const url = 'https://h.example/x';
const optionsByName: Readonly<Record<string, Partial<PlannerOptions>>> = {
  'the record as it is': { url, recordAsJson: true },
  'no body': { url },
  'a url with its id': { url: `${url}/{{$index}}?i={{$id}}`, recordAsJson: true },
  'fields in a url, a header and JSON': {
    url: `${url}?t={{total}}`,
    headers: ['X-C: {{currency}}'],
    json: '{"all":{{address}},"l":"{{ledger}}"}',
  },
  'the record is the request': {},
};
const oddLines = [
  '{"id":7}',
  ' {"id":"a b"}\t',
  '{"id":""}',
  '{"custom_id":"c","id":null}',
  '{"id":1.0,"n":1e400}',
  '{"id":"é"}',
  '{"id":12345678901234567890}',
  '{"url":"https://o.example/é?a=b","id":"u","body":{"n":12345678901234567890,"s":"ü"}}',
  '"https://o.example/"',
  '{"url":"https://u:p@o.example/","method":"POST"}',
  '{"url":"https://o.example/","method":"POST"}',
  '{"url":"https://o.example/","body":"text"}',
  '[1,2]',
  'null',
  '5',
  '{"\\u0069d":"escaped"}',
  '{"id":1,"id":2}',
  '{"total":"é","currency":"EUR","address":null,"ledger":[]}',
  `{"a":${'['.repeat(40)}${']'.repeat(40)}}`,
];

/** The records of an input with these lines, none of them parsed as far as that is not needed to know that it is JSON. */
async function read(lines: readonly string[]): Promise<GoodRecord[]> {
  const reader = await openInput({ path: '-', stdin: Readable.from([Buffer.from(`${lines.join('\n')}\n`)]) });
  const records: GoodRecord[] = [];
  for await (const batch of reader.batches()) {
    for (const record of batch.records) {
      if (record.kind === 'bad') throw record.error;
      records.push(record);
    }
  }
  return records;
}

function makePlanner(options: Partial<PlannerOptions>): Promise<Planner> {
  return createPlanner({ runId: 'run', env: {}, textIsJson: true, ...options });
}

/** What was planned, its body as text. */
function shown(planned: Planned): unknown {
  if (planned.kind === 'bad') return { ...planned, error: planned.error.message };
  if (planned.kind !== 'request') return planned;
  const { body } = planned.request;
  return { ...planned, request: { ...planned.request, body: body instanceof ByteString ? body.toText() : body } };
}

async function plannedAll(planner: Planner, records: readonly SourceRecord[]): Promise<unknown[]> {
  const planned: unknown[] = [];
  for (const record of records) planned.push(shown(await planner.plan(record)));
  return planned;
}

function requestOf(planner: Planner, record: SourceRecord): HttpRequest | null {
  const planned = planner.plan(record);
  return 'request' in planned ? planned.request : null;
}

test.each(Object.entries(optionsByName))('%s', async (_, options) => {
  const planner = await makePlanner(options);
  const lines = [...sampleOrders(60), ...oddLines];
  // In its own input each, since the first of them that is asked for its value has the others parsed.
  const records = (await Promise.all(lines.map((line) => read([line])))).flat();
  // By a planner of its own each: what one remembers of a record must not get into the next.
  const expected = lines.map(async (text) => {
    const parsed = { index: 0, value: JSON.parse(text) as unknown, text };
    return shown(await (await makePlanner(options)).plan(parsed));
  });
  expect(await plannedAll(planner, records)).toEqual(await Promise.all(expected));
});

test('what is known of a record is not asked of its value', async () => {
  const planner = await makePlanner({ url: `${url}/{{$id}}`, recordAsJson: true });
  const record = {
    index: 0,
    bytes: ' {"id":"7"} ',
    plainId: '7',
    get value(): never {
      throw new Error('it was parsed');
    },
  };
  expect(requestOf(planner, record)).toMatchObject({ path: '/x/7', body: { bytes: '{"id":"7"}' } });
});

test('what is behind records whose values were wanted is parsed at once, and sent as the bytes that it is', async () => {
  const options = { url: `${url}/{{customer.name}}`, recordAsJson: true };
  const planner = await makePlanner(options);
  // The last ones have what must not be sent as it stands.
  const lines = [...sampleOrders(700), ' {"customer":{"name":"é"},\r"n":1} ', '{"customer":{"name":"ü"}} '];
  const reader = await openInput({
    path: '-',
    stdin: Readable.from([Buffer.from(lines.join('\n'))]),
    blockBytes: 8192,
  });
  const planned: unknown[] = [];
  const kinds = new Map<string, number>();
  for await (const batch of reader.batches()) {
    for (const record of batch.records as readonly GoodRecord[]) {
      const kind = `${record.constructor.name} ${requestOf(planner, record)?.body?.constructor.name}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      planned.push(shown(await planner.plan(record)));
    }
  }
  const parsed = lines.map((text, index) => ({ index, value: JSON.parse(text) as unknown, text }));
  expect(planned).toEqual(await plannedAll(planner, parsed));
  expect([...kinds.keys()].toSorted()).toEqual(['JsonRecord ByteString', 'Object ByteString', 'Object String']);
  expect(kinds.get('Object String')).toBe(1);
  expect(kinds.get('Object ByteString')).toBeGreaterThan(500);
});

test('any record is sent as it is, with the id that it has, and parsed for nobody', async () => {
  const planner = await makePlanner({ url, recordAsJson: true });
  const member = fc.tuple(fc.constantFrom('id', 'custom_id', 'x'), fc.jsonValue({ maxDepth: 2 }));
  const record = fc.array(member, { maxLength: 3 }).map((members) => {
    return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (lines) => {
      const texts = lines.map((line) => line.toWellFormed());
      const records = await read(texts);
      expect(records.map((one) => one.text)).toEqual(texts);
      const parsed = texts.map((text, index) => ({ index, value: JSON.parse(text) as unknown, text }));
      expect(await plannedAll(planner, records)).toEqual(await plannedAll(planner, parsed));
    }),
    { numRuns: 100 },
  );
});

test('the headers of all records are one list; the key is apart', async () => {
  const planner = await makePlanner({ url, recordAsJson: true, headers: ['X-A: b'] });
  const [first, second] = (await read(['{"a":1}', '{"a":2}'])).map((one) => requestOf(planner, one));
  expect(first?.headers).toBe(second?.headers);
  expect(first?.headers).toContain('application/json');
  expect([first?.ownHeaders, second?.ownHeaders]).toEqual([
    ['Idempotency-Key', 'run-0'],
    ['Idempotency-Key', 'run-1'],
  ]);
  expect(first?.body).toBeInstanceOf(ByteString);
});
