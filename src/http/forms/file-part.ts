// A file as a part of a form. It is looked at when the form is made, and opened only when it is sent.
//
// Invariant: what is sent is the file as it was looked at, as far as its size tells, or the sending fails. It is closed however that ends.

import { type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { readError } from '../../disk/read-error.ts';
import { UsageError } from '../../errors.ts';
import { typeOfFile } from './file-type.ts';
import type { PartContent } from './part-content.ts';

/** How a part is labelled. */
export interface PartLabel {
  /** The file name that the server is told. @default the last part of the path; of a stream `blob` */
  readonly name?: string | undefined;
  /** The content type. @default by the ending of the name, else `application/octet-stream` */
  readonly type?: string | undefined;
}

/** A file that is sent as part of a form. */
export class FilePart {
  readonly path: string;
  readonly name: string;
  readonly type: string;

  constructor(path: string, label: PartLabel) {
    this.path = path;
    this.name = label.name ?? basename(path);
    this.type = label.type ?? typeOfFile(this.name);
  }

  /** @throws {UsageError} `no_such_file`, `unreadable` */
  content(): PartContent {
    const { path } = this;
    const stats = statOf(path);
    if (stats.isDirectory()) throw new UsageError('unreadable', `${path} is a folder: a form can only send files`);
    // A pipe or device has no size, and gives its bytes once.
    const lengthBytes = stats.isFile() ? stats.size : null;
    return { lengthBytes, repeatable: lengthBytes !== null, open: () => readWhole(path, lengthBytes) };
  }
}

/**
 * A file to be sent in a form, or as the `body` of a request. It is opened when the form is sent, read as fast as the connection takes it, and closed. A file
 * whose size is another by then than when the form was made fails the request.
 *
 * @throws UsageError when the form is made: `no_such_file`, or `unreadable` for a folder
 * @example
 * import { rm, writeFile } from 'node:fs/promises';
 * import { Client, filePart } from 'manyfetch';
 *
 * await writeFile('/tmp/report.csv', 'id,total\n1,20\n');
 * await using client = new Client();
 * const multipart = { title: 'March', report: filePart('/tmp/report.csv') };
 * const response = await client.post('http://127.0.0.1:8080/echo', { multipart });
 * console.log((await response.json<{ body: string }>()).body.includes('id,total')); // prints true
 * await rm('/tmp/report.csv');
 */
export function filePart(path: string, label: PartLabel = {}): FilePart {
  return new FilePart(path, label);
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw readError(path, error);
  }
}

async function* readWhole(path: string, lengthBytes: number | null): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r');
  try {
    // Before the first byte of it is sent, so that no server gets the beginning of a file that is not the one.
    if (lengthBytes !== null && (await file.stat()).size !== lengthBytes) throw changed(path, lengthBytes);
    let left = lengthBytes ?? Infinity;
    while (left > 0) {
      const piece = await readPiece(file, Math.min(left, 65_536));
      if (piece.length === 0) break;
      left -= piece.length;
      yield piece;
    }
    if (lengthBytes === null) return;
    if (left > 0 || (await readPiece(file, 1)).length > 0) throw changed(path, lengthBytes);
  } finally {
    await file.close();
  }
}

/** In a buffer of its own: the connection may hold it until the peer has read it. */
async function readPiece(file: FileHandle, sizeBytes: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(sizeBytes) });
  return buffer.subarray(0, bytesRead);
}

function changed(path: string, lengthBytes: number): Error {
  return new Error(`${path} changed: it is not the ${lengthBytes} bytes any more that it was when the form was made`);
}
