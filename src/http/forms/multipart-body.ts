// The body of a form with files: multipart/form-data, RFC 7578, with names escaped as the HTML standard has it. It is made while it
// is sent; nothing of it is held but what was at hand.
//
// Invariant: text, bytes and files arrive as they are, byte for byte: line ends in a text are not changed, as browsers would.

import { randomBytes } from 'node:crypto';
import { badValue } from '../../concurrency/bad-value.ts';
import { UsageError } from '../../errors.ts';
import type { BodySource } from '../body-source.ts';
import { FilePart } from './file-part.ts';
import { type FieldValue, fieldText, namedValues } from './form-fields.ts';
import { blobBytes, heldBytes, type PartContent } from './part-content.ts';
import { isStream, type PartStream, StreamPart, streamPart } from './stream-part.ts';

/** What a part can be: text; bytes, a `Blob` or `File`; a file of the disk (`filePart`); a stream (`streamPart`). */
export type PartValue = FieldValue | Uint8Array | Blob | FilePart | StreamPart | PartStream;

/**
 * The parts of a form by name: an object, a `FormData`, a `Map`, or pairs. A list is sent as one part for each of its values; null and undefined
 * leave a part out.
 */
export type MultipartParts =
  | Readonly<Record<string, PartValue | readonly PartValue[] | null | undefined>>
  | Iterable<readonly [string, unknown]>;

/** A body that tells whether it can be sent again. */
export interface MultipartSource extends BodySource {
  /** False: a stream is part of it, which can be read once. Such a request cannot be retried once it was sent. */
  readonly repeatable: boolean;
}

/** A body that is made while it is sent, and what it is. */
export interface MultipartBody {
  readonly contentType: string;
  readonly body: MultipartSource;
}

/**
 * A form with files (RFC 7578). Its length is known, unless a stream without one is part of it. Bytes are told as a file called `blob`, as browsers do:
 * servers take a part without a file name for text.
 *
 * @throws UsageError: `bad_option` for a part that cannot be sent, `no_such_file` or `unreadable` for a file
 * @example
 * import { multipartBody } from 'manyfetch';
 *
 * const { contentType, body } = multipartBody({ title: 'Cats', photo: new File(['...'], 'cat.jpg', { type: 'image/jpeg' }) });
 * console.log(contentType.split(';')[0], body.repeatable); // prints multipart/form-data true
 */
export function multipartBody(parts: MultipartParts): MultipartBody {
  // 128 bits that nobody knew when the parts were made: no part can have it in it.
  const boundary = `manyfetch-${randomBytes(16).toString('hex')}`;
  const segments: PartContent[] = [];
  for (const [name, value] of namedValues(parts)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null || one === undefined) continue;
      const { fields, content } = partOf(name, one);
      segments.push(heldBytes(Buffer.from(`--${boundary}\r\n${fields}\r\n\r\n`)), content, lineEnd);
    }
  }
  segments.push(heldBytes(Buffer.from(`--${boundary}--\r\n`)));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: joined(segments) };
}

const lineEnd = heldBytes(Buffer.from('\r\n'));

interface Part {
  /** Its header section. */
  readonly fields: string;
  readonly content: PartContent;
}

function partOf(name: string, value: unknown): Part {
  const disposition = `Content-Disposition: form-data; name="${escaped(name)}"`;
  if (value instanceof FilePart || value instanceof StreamPart)
    return { fields: `${disposition}${fileFields(value.name, value.type)}`, content: value.content() };
  if (value instanceof Blob) {
    // Bun calls each Blob a File, also one that has no name.
    const fileName = 'name' in value && typeof value.name === 'string' ? value.name : 'blob';
    return { fields: `${disposition}${fileFields(fileName, value.type || octets)}`, content: blobBytes(value) };
  }
  if (value instanceof Uint8Array)
    return { fields: `${disposition}${fileFields('blob', octets)}`, content: heldBytes(value) };
  if (isStream(value)) return partOf(name, streamPart(value));
  if (typeof value === 'object' || typeof value === 'function')
    throw badValue(
      `part ${JSON.stringify(name)}`,
      'text, bytes, a Blob, a filePart or a streamPart',
      value,
      'send JSON as JSON.stringify gives it',
    );
  return { fields: disposition, content: heldBytes(Buffer.from(fieldText(name, value))) };
}

const octets = 'application/octet-stream';

function fileFields(fileName: string, type: string): string {
  if (!/^[\x20-\x7e]+$/.test(type))
    throw new UsageError('bad_option', `${JSON.stringify(type)} is not a content type`, {
      hint: 'write it as image/png',
    });
  return `; filename="${escaped(fileName)}"\r\nContent-Type: ${type}`;
}

/** As in "multipart form data" of the HTML standard: UTF-8, and three characters that would end it. */
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function joined(segments: readonly PartContent[]): MultipartSource {
  const lengths = segments.map((segment) => segment.lengthBytes);
  return {
    lengthBytes: lengths.includes(null) ? null : lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0),
    repeatable: segments.every((segment) => segment.repeatable),
    open: () => oneAfterTheOther(segments),
  };
}

/** Not a generator: one that waits for a piece cannot be left, so that what it waits for would be kept. */
function oneAfterTheOther(segments: readonly PartContent[]): AsyncIterator<Uint8Array> {
  const coming = segments.values();
  let isLeft = false;
  let current: AsyncIterator<Uint8Array> | null = null;
  const end: IteratorReturnResult<undefined> = { done: true, value: undefined };
  return {
    async next() {
      for (;;) {
        if (!isLeft) current ??= coming.next().value?.open()[Symbol.asyncIterator]() ?? null;
        if (current === null) return end;
        const step = await current.next();
        if (step.done !== true) return step;
        current = null;
      }
    },
    async return() {
      isLeft = true;
      await current?.return?.();
      return end;
    },
  };
}
