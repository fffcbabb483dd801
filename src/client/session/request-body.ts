// The body of a request in any form in which a program has it: at hand as a whole, or as a source that is read while it
// is sent. It knows which can be sent a second time.

import { badValue } from '../../concurrency/bad-value.ts';
import { UsageError } from '../../errors.ts';
import type { BodySource } from '../../http/body-source.ts';
import { formBody } from '../../http/forms/form-body.ts';
import { FilePart } from '../../http/forms/file-part.ts';
import { multipartBody } from '../../http/forms/multipart-body.ts';
import { StreamPart } from '../../http/forms/stream-part.ts';
import { isInPieces, piecesOf } from '../../http/pieces-of.ts';
import { leftAtOnce } from '../../http/reading/left-at-once.ts';
import type { BodyChunk, BodyInput, RequestOptions } from '../client-options.ts';

/** A body, and what it is. Either `held` or `source`, or none. */
export interface PlannedBody {
  readonly held: string | Uint8Array | null;
  readonly source: BodySource | null;
  readonly repeatable: boolean;
  /** What to say of it, unless the headers do; null: nothing. */
  readonly contentType: string | null;
}

export const noBody: PlannedBody = { held: null, source: null, repeatable: true, contentType: null };

const ways = ['json', 'form', 'multipart', 'body'] as const;

/** @throws {UsageError} `bad_option`, and for files of a form `no_such_file`, `unreadable` */
export function plannedBody(options: RequestOptions): PlannedBody {
  const given = ways.filter((way) => options[way] !== undefined);
  const [way] = given;
  if (way === undefined) return noBody;
  if (given.length > 1) {
    throw new UsageError('bad_option', `\`${given.join('` and `')}\` cannot be given together`, {
      hint: 'a request has one body',
    });
  }
  const { form, multipart, body } = options;
  if (form !== undefined) return held(formBody(form).body, formBody(form).contentType);
  if (multipart !== undefined) {
    const { contentType, body: source } = multipartBody(multipart);
    return { held: null, source, repeatable: source.repeatable, contentType };
  }
  return body === undefined ? held(jsonText(options.json), 'application/json') : bodyOf(body);
}

function held(value: string | Uint8Array, contentType: string | null): PlannedBody {
  return { held: value, source: null, repeatable: true, contentType };
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new UsageError('bad_option', `\`json\` cannot be written as JSON: ${(cause as Error).message}`, { cause });
  }
  if (text === undefined) throw badValue('`json`', 'a value that JSON can say', value);
  return text;
}

function bodyOf(body: BodyInput): PlannedBody {
  if (typeof body === 'string') return held(body, 'text/plain;charset=UTF-8');
  if (body instanceof Uint8Array) return held(body, null);
  if (body instanceof Blob) {
    const source = { lengthBytes: body.size, open: () => body.stream()[Symbol.asyncIterator]() };
    return { held: null, source, repeatable: true, contentType: body.type === '' ? null : body.type };
  }
  if (body instanceof FilePart || body instanceof StreamPart) {
    const content = body.content();
    const source = { lengthBytes: content.lengthBytes, open: () => content.open()[Symbol.asyncIterator]() };
    return { held: null, source, repeatable: content.repeatable, contentType: body.type };
  }
  if (body instanceof FormData) throw badValue('`body`', 'text, bytes or a stream', body, 'a form goes as `multipart`');
  if (body instanceof URLSearchParams) return held(body.toString(), 'application/x-www-form-urlencoded');
  if (typeof body === 'function') return streamed(() => body(), true);
  if (!isInPieces(body)) {
    throw badValue('`body`', 'text, bytes, or something that gives these piece by piece', body, 'values go as `json`');
  }
  // A list begins anew each time; what else can be read twice is not known.
  return streamed(() => body, Array.isArray(body));
}

type Chunks = AsyncIterable<BodyChunk> | Iterable<BodyChunk>;

function streamed(chunks: () => Chunks, repeatable: boolean): PlannedBody {
  const source: BodySource = { lengthBytes: null, open: () => leftAtOnce(piecesOf(chunks), bytesOf) };
  return { held: null, source, repeatable, contentType: null };
}

async function* bytesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (typeof chunk === 'string') yield Buffer.from(chunk);
    else if (chunk instanceof Uint8Array) yield chunk;
    else throw badValue('each piece of `body`', 'text or bytes', chunk);
  }
}
