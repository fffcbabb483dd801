// Bodies in which each byte says to which request it belongs, and in which direction it goes.

const tokenBytes = 12;

/** `a`: of the answer; `u`: of the request. */
export type UnrulyDirection = 'a' | 'u';

/** The bytes from `offset` of the body that belongs to a request. */
export function unrulyBytes(direction: UnrulyDirection, id: number, offset: number, length: number): Buffer {
  const skip = offset % tokenBytes;
  const token = `${direction}${String(id).padStart(tokenBytes - 2, '0')}.`;
  return Buffer.alloc(skip + length, token, 'latin1').subarray(skip);
}

/** Says what is wrong with a piece of a body; null: nothing. */
export function wrongBytes(direction: UnrulyDirection, id: number, offset: number, piece: Uint8Array): string | null {
  const expected = unrulyBytes(direction, id, offset, piece.length);
  if (expected.equals(piece)) return null;
  const at = expected.findIndex((byte, index) => byte !== piece[index]);
  const shown = Buffer.from(piece.subarray(Math.max(0, at - 2 * tokenBytes), at + 8 * tokenBytes)).toString('latin1');
  return `from byte ${offset + at} it has ${JSON.stringify(shown)}`;
}
