import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyResult, sampleAnswer, sampleFailed, sampleOk } from '../testing/sample-result.ts';
import { csvColumns } from './csv-columns.ts';
import { createFormat } from './sink-format.ts';

const format = createFormat('csv', { body: 'auto' });

test('the header row names every column', () => {
  expect(format.header).toBe(
    'index,id,result,status,attempts,ms,waitMs,at,method,url,finalUrl,errorCode,errorMessage,skipped,' +
      'headers,body,bodyBase64,bodyHash,bodyBytes,bodyFile,extracted\n',
  );
});

test('rows, whole', () => {
  expect(format.encode(sampleOk())).toBe(
    '0,o-1,ok,200,1,12.3,0.5,2026-11-21T10:00:00.123Z,POST,https://api.example.com/orders,,,,,' +
      '"{""content-type"":""application/json""}","{""done"":true}",,,,,\n',
  );
  const error = { code: 'http_status', message: 'a,b\nc' } as const;
  expect(format.encode(sampleFailed({ id: '=1+1', error, answer: sampleAnswer('say "no"\r\n', 'text/plain') }))).toBe(
    '0,=1+1,failed,200,1,12.3,0.5,2026-11-21T10:00:00.123Z,POST,https://api.example.com/orders,,http_status,"a,b\nc",,' +
      '"{""content-type"":""text/plain""}","say ""no""\r\n",,,,,\n',
  );
  expect(format.encode(sampleOk({ id: null, answer: null, skipped: true, ms: null, method: null, url: null }))).toBe(
    '0,,ok,,1,,0.5,2026-11-21T10:00:00.123Z,,,,,,true,,,,,,,\n',
  );
});

test('what a hook made of it is the last column', () => {
  expect(format.encode(sampleOk({ answer: null, extracted: '{"a":[1,"b"]}' }))).toMatch(/,"\{""a"":\[1,""b""\]\}"\n$/);
});

function tail(mode: 'base64' | 'none' | 'hash' | 'file'): string {
  const row = createFormat('csv', { body: mode }).encode(sampleOk({ answer: sampleAnswer('abc', null) }), 'f');
  return row.split(',{},')[1] ?? '';
}

test('each mode fills its column', () => {
  expect(tail('base64')).toBe(',YWJj,,,,\n');
  expect(tail('none')).toBe(',,,,,\n');
  expect(tail('hash')).toBe(',,sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,3,,\n');
  expect(tail('file')).toBe(',,,,f,\n');
});

test('any result is read back by a reader that is not ours', () => {
  fc.assert(
    fc.property(anyResult, (result) => {
      const rows: string[][] = parse(format.encode(result), { record_delimiter: '\n' });
      expect(rows).toHaveLength(1);
      const row = Object.fromEntries(csvColumns.map((column, at) => [column, rows[0]?.[at]]));
      expect(rows[0]).toHaveLength(csvColumns.length);
      expect(row).toMatchObject({
        index: String(result.index),
        id: (result.id ?? '').toWellFormed(),
        result: result.result,
        url: (result.url ?? '').toWellFormed(),
        errorCode: result.result === 'ok' ? '' : result.error.code,
      });
    }),
  );
});
