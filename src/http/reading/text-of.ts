// Bytes that come in pieces as pieces of text: by a byte order mark, or else the charset that was declared, or
// else UTF-8, as the text of a whole body is read. What is not valid becomes U+FFFD.
//
// Invariant: the text is the same however the bytes were cut.

import { TextDecoder } from 'node:util';

/** WHATWG Encoding, "BOM sniff". */
const byteOrderMarks = [
  { hex: 'efbbbf', charset: 'utf-8' },
  { hex: 'feff', charset: 'utf-16be' },
  { hex: 'fffe', charset: 'utf-16le' },
] as const;
const longestMark = 3;

/**
 * The text of a body, piece by piece, as it comes. Leaving it closes the source.
 *
 * @param charset a label of the WHATWG Encoding Standard; null, and one that nobody knows, for UTF-8
 */
export async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  charset: string | null,
): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | null = null;
  let first = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (decoder !== null) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    first = Buffer.concat([first, chunk]);
    if (first.length < longestMark) continue;
    decoder = decoderFor(first, charset);
    yield decoder.decode(withoutMark(first), { stream: true });
  }
  if (decoder === null) yield decoderFor(first, charset).decode(withoutMark(first));
  else yield decoder.decode();
}

// The mark is taken off here: Node's decoder takes off a second one when the first came alone.
function decoderFor(first: Buffer, charset: string | null): TextDecoder {
  const label = markOf(first)?.charset ?? charset ?? 'utf-8';
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}

function withoutMark(first: Buffer): Buffer {
  return first.subarray((markOf(first)?.hex.length ?? 0) / 2);
}

function markOf(first: Buffer): (typeof byteOrderMarks)[number] | null {
  const hex = first.subarray(0, longestMark).toString('hex');
  return byteOrderMarks.find((mark) => hex.startsWith(mark.hex)) ?? null;
}
