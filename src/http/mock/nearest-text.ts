// Which of some texts a wanted one was probably meant to be, for a message: the one that has most in common with
// it from the front and from the back.

/**
 * The text that is most like what was wanted; null if there is none.
 *
 * @param wanted what to compare a text with: the wanted one in its form
 */
export function nearestText(texts: Iterable<string>, wanted: (text: string) => string): string | null {
  let nearest: string | null = null;
  let most = -1;
  for (const text of texts) {
    const score = inCommon(text, wanted(text));
    if (score > most) {
      most = score;
      nearest = text;
    }
  }
  return nearest;
}

/** The share of both that is the same at their begin and at their end. */
function inCommon(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  let front = 0;
  while (front < shorter && left[front] === right[front]) front++;
  let back = 0;
  while (back < shorter - front && left.at(-1 - back) === right.at(-1 - back)) back++;
  return (2 * (front + back)) / Math.max(1, left.length + right.length);
}
