// A result as one line of JSON. Runs for every record, so the line is put together from strings and
// no object is made for JSON.stringify.
//
// Invariant: one result is one line, `{"index":` first and `}` last; scan-results.ts counts on it.

import type { Result } from '../http/result.ts';
import { recordedMessage } from './error-message.ts';
import { HeaderText } from './header-text.ts';
import { quoteJson } from './json-string.ts';
import { BodyRecorder } from './recorded-body.ts';
import type { BodyMode, RecordedBody } from './recorded-body.ts';
import { durationText, TimeText } from './result-time.ts';
import type { ResultFormat } from './result-format.ts';

/** The format `jsonl`. */
export class JsonlFormat implements ResultFormat {
  readonly name = 'jsonl';
  readonly header = '';
  readonly #bodies: BodyRecorder;
  readonly #headers = new HeaderText();
  readonly #time = new TimeText();

  constructor(body: BodyMode) {
    this.#bodies = new BodyRecorder(body);
  }

  encode(result: Result, bodyFile: string | null = null): string {
    const { answer } = result;
    let line = '{"index":' + result.index;
    if (result.id !== null) line += ',"id":' + quoteJson(result.id);
    line += ',"result":"' + result.result + '","status":' + (answer === null ? 'null' : answer.status);
    line += ',"attempts":' + result.attempts + ',"ms":' + durationText(result.ms);
    line += ',"waitMs":' + durationText(result.waitMs) + ',"at":"' + this.#time.format(result.atMs);
    line += '","method":' + (result.method === null ? 'null' : quoteJson(result.method));
    line += ',"url":' + (result.url === null ? 'null' : quoteJson(result.url));
    if (result.finalUrl !== null) line += ',"finalUrl":' + quoteJson(result.finalUrl);
    if (result.result !== 'ok') {
      const message = quoteJson(recordedMessage(result.error.message));
      line += ',"error":{"code":"' + result.error.code + '","message":' + message + '}';
    } else if (result.skipped) line += ',"skipped":true';
    if (answer !== null) line += ',"headers":' + this.#headers.format(answer.headers);
    return line + bodyFields(this.#bodies.record(answer, bodyFile)) + '}\n';
  }
}

function bodyFields(body: RecordedBody): string {
  switch (body.kind) {
    case 'none':
      return '';
    case 'json':
      return ',"body":' + body.text;
    case 'text':
      return ',"body":' + quoteJson(body.text);
    case 'base64':
      return ',"bodyBase64":"' + body.text + '"';
    case 'hash':
      return ',"bodyHash":"' + body.hash + '","bodyBytes":' + body.bytes;
    case 'file':
    default:
      return ',"bodyFile":' + quoteJson(body.name);
  }
}
