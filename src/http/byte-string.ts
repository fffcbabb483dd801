// Bytes as a text of one character a byte, as `latin1` reads and writes them. Cheaper to make, keep and send
// than a buffer, and far cheaper than a text beyond ASCII, which has to be encoded before its length is known.
// Invariant: no character is above U+00FF. It is a class of its own so that nobody takes it for text.

/** Bytes that go out as they came in. */
export class ByteString {
  readonly bytes: string;

  /** @param bytes one character a byte, which whoever makes it has seen to */
  constructor(bytes: string) {
    this.bytes = bytes;
  }

  /** How many bytes. */
  get length(): number {
    return this.bytes.length;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.bytes, 'latin1');
  }

  /** What the bytes say in UTF-8. */
  toText(): string {
    return this.toBuffer().toString('utf8');
  }
}
