// A result as a row of CSV (RFC 4180, with `\n` at the end of a row). The columns are the same for
// every run and every result; what a result does not have is an empty field.
//
// Fields that begin with = + - or @ are left as they are: a program reads them, and a changed value
// would be a wrong one.

import type { Result } from '../http/result.ts';
import { csvColumns } from './csv-columns.ts';
import { recordedMessage } from './error-message.ts';
import { HeaderText } from './header-text.ts';
import { BodyRecorder } from './recorded-body.ts';
import type { BodyMode, RecordedBody } from './recorded-body.ts';
import { durationText, TimeText } from './result-time.ts';
import type { ResultFormat } from './result-format.ts';

const needsQuotes = /[",\r\n]/;

/** The format `csv`. */
export class CsvFormat implements ResultFormat {
  readonly name = 'csv';
  readonly header = csvColumns.join(',') + '\n';
  readonly #bodies: BodyRecorder;
  readonly #headers = new HeaderText();
  readonly #time = new TimeText();

  constructor(body: BodyMode) {
    this.#bodies = new BodyRecorder(body);
  }

  encode(result: Result, bodyFile: string | null = null): string {
    const { answer } = result;
    let row = result.index + ',' + field(result.id) + ',' + result.result;
    row += ',' + (answer === null ? '' : answer.status) + ',' + result.attempts;
    row += ',' + (result.ms === null ? '' : durationText(result.ms)) + ',' + durationText(result.waitMs);
    row += ',' + this.#time.format(result.atMs);
    row += ',' + field(result.method) + ',' + field(result.url) + ',' + field(result.finalUrl);
    if (result.result === 'ok') row += ',,,' + (result.skipped ? 'true' : '');
    else row += ',' + result.error.code + ',' + field(recordedMessage(result.error.message)) + ',';
    row += ',' + (answer === null ? '' : field(this.#headers.format(answer.headers)));
    row += bodyFields(this.#bodies.record(answer, bodyFile));
    return row + ',' + field(result.extracted ?? null) + '\n';
  }
}

function bodyFields(body: RecordedBody): string {
  switch (body.kind) {
    case 'none':
      return ',,,,,';
    case 'json':
    case 'text':
      return ',' + field(body.text) + ',,,,';
    case 'base64':
      return ',,' + body.text + ',,,';
    case 'hash':
      return ',,,' + body.hash + ',' + body.bytes + ',';
    case 'file':
    default:
      return ',,,,,' + field(body.name);
  }
}

function field(text: string | null): string {
  if (text === null) return '';
  const whole = text.toWellFormed();
  return needsQuotes.test(whole) ? '"' + whole.replaceAll('"', '""') + '"' : whole;
}
