// Reads how many there are, from a header that has no standard: digits, with a fraction if the server
// counts in floating point (Reddit: `597.0`), which is cut off. Anything else counts as absent.

const [zero, nine, dot] = [48, 57, 46];

/** The whole part of a decimal number without a sign; -1 if the text is none, or is beyond 2^53. */
export function readCount(text: string): number {
  let count = 0;
  let digits = 0;
  let isWhole = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === dot && isWhole && digits > 0) {
      isWhole = false;
      digits = 0;
      continue;
    }
    if (code < zero || code > nine) return -1;
    digits++;
    if (isWhole) count = count * 10 + (code - zero);
  }
  return digits > 0 && count <= Number.MAX_SAFE_INTEGER ? count : -1;
}

/** The number that a limit begins with: older drafts let policies follow it (`100, 100;w=60`). -1 as above. */
export function readLimit(text: string): number {
  const end = text.search(/[,;]/);
  return readCount(end === -1 ? text : text.slice(0, end).trimEnd());
}
