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
  readonly #outcome = new OutcomeText();
  readonly #target = new TargetText();

  constructor(body: BodyMode) {
    this.#bodies = new BodyRecorder(body);
  }

  encode(result: Result, bodyFile: string | null = null): string {
    const { answer } = result;
    let line = '{"index":' + result.index;
    if (result.id !== null) line += ',"id":' + quoteJson(result.id);
    line += this.#outcome.format(result) + durationText(result.ms);
    line += ',"waitMs":' + durationText(result.waitMs) + ',"at":"' + this.#time.format(result.atMs);
    line += this.#target.format(result);
    if (result.finalUrl !== null) line += ',"finalUrl":' + quoteJson(result.finalUrl);
    if (result.result !== 'ok') {
      const message = quoteJson(recordedMessage(result.error.message));
      line += ',"error":{"code":"' + result.error.code + '","message":' + message + '}';
    } else if (result.skipped) line += ',"skipped":true';
    if (result.extracted !== undefined) line += ',"extracted":' + result.extracted;
    if (answer !== null) line += ',"headers":' + this.#headers.format(answer.headers);
    return line + bodyFields(this.#bodies.record(answer, bodyFile)) + '}\n';
  }
}

/** How a record ended, up to the number behind `"ms":`. It is the same for most. */
class OutcomeText {
  #result = '';
  #status: number | null = null;
  #attempts = -1;
  #text = '';

  format({ result, answer, attempts }: Result): string {
    const status = answer === null ? null : answer.status;
    if (attempts !== this.#attempts || status !== this.#status || result !== this.#result) {
      this.#result = result;
      this.#status = status;
      this.#attempts = attempts;
      this.#text = `,"result":"${result}","status":${status},"attempts":${attempts},"ms":`;
    }
    return this.#text;
  }
}

/** Method and URL, which all records of a run may share; with the quote that ends what stands before. */
class TargetText {
  #method: string | null | undefined;
  #url: string | null | undefined;
  #text = '';

  format({ method, url }: Result): string {
    if (url !== this.#url || method !== this.#method) {
      this.#method = method;
      this.#url = url;
      const quotedMethod = method === null ? 'null' : quoteJson(method);
      this.#text = `","method":${quotedMethod},"url":${url === null ? 'null' : quoteJson(url)}`;
    }
    return this.#text;
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
