// Bytes that come in pieces as pieces of text: by a byte order mark, or else the charset that was declared, or
// else UTF-8, as the text of a whole body is read. What is not valid becomes U+FFFD.
//
// Invariant: the text is the same however the bytes were cut.

import { TextDecoder } from 'node:util';

/** No byte order mark is longer. */
const markBytes = 3;

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
    if (first.length < markBytes) continue;
    decoder = decoderFor(first, charset);
    yield decoder.decode(first, { stream: true });
  }
  if (decoder === null) yield decoderFor(first, charset).decode(first);
  else yield decoder.decode();
}

function decoderFor(first: Buffer, charset: string | null): TextDecoder {
  try {
    return new TextDecoder(byteOrderMark(first) ?? charset ?? 'utf-8');
  } catch {
    return new TextDecoder('utf-8');
  }
}

/** WHATWG Encoding, "BOM sniff". */
function byteOrderMark(first: Buffer): string | null {
  const hex = first.subarray(0, markBytes).toString('hex');
  if (hex === 'efbbbf') return 'utf-8';
  if (hex.startsWith('feff')) return 'utf-16be';
  return hex.startsWith('fffe') ? 'utf-16le' : null;
}
