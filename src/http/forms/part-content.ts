// The bytes of one part of a multipart form. The contract of those that come from files, streams and memory.

/** Bytes that can be sent. */
export interface PartContent {
  /** How many there are; null: nobody knows. */
  readonly lengthBytes: number | null;
  /** Whether they can be had more than once. */
  readonly repeatable: boolean;
  open(): AsyncIterable<Uint8Array>;
}

/** Bytes that are at hand. */
export function heldBytes(bytes: Uint8Array): PartContent {
  return {
    lengthBytes: bytes.byteLength,
    repeatable: true,
    async *open() {
      yield bytes;
    },
  };
}

/** A Blob, which may stand for a file that is read only now. */
export function blobBytes(blob: Blob): PartContent {
  return { lengthBytes: blob.size, repeatable: true, open: () => blob.stream() };
}
