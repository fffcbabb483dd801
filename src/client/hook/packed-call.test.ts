import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyResult, sampleAnswer, sampleOk } from '../../testing/sample-result.ts';
import { packCall, unpackRecord, unpackResult } from './packed-call.ts';

/** As it arrives in another thread. */
function sent<Value>(value: Value): Value {
  return structuredClone(value);
}

function arrived(record: Parameters<typeof packCall>[0], textIsJson: boolean): unknown {
  const { record: packed } = sent(packCall(record, sampleOk(), textIsJson));
  return packed === null ? null : [packed.kind, unpackRecord(packed)];
}

test('any result arrives as it was', () => {
  fc.assert(
    fc.property(anyResult, (result) => {
      const there = unpackResult(sent(packCall(null, result, true)));
      expect(JSON.stringify(there)).toBe(JSON.stringify(result));
    }),
  );
});

test('of a body that is part of a large buffer only the part is sent', () => {
  const large = Buffer.alloc(100_000, 'x');
  const { body } = packCall(null, sampleOk({ answer: sampleAnswer(large.subarray(10, 20)) }), true);
  expect([body?.length, body?.buffer.byteLength]).toEqual([10, 10]);
});

test('records are parsed where they arrive; values are sent where there is no JSON', () => {
  const text = '{"é":1}';
  const bytes = Buffer.from(text).toString('latin1');
  const value = { é: 1 };
  expect(arrived({ index: 0, value, text, bytes }, true)).toEqual(['bytes', value]);
  expect(arrived({ index: 0, value, text }, true)).toEqual(['json', value]);
  expect(arrived({ index: 0, value, text: 'é\n1' }, false)).toEqual(['value', value]);
  expect(arrived(null, true)).toBe(null);
});
