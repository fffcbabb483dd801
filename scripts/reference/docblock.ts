// Reads a docblock: its text, and its tags with what follows them. Knows nothing of what the docblock stands at.
//
// Trap: inside an example only a tag at the beginning of a line ends it; elsewhere a tag may follow a sentence.

/** One tag: `name` without its `@`, `text` as it stands, without the stars of the comment. */
export interface DocTag {
  readonly name: string;
  readonly text: string;
}

export interface Docblock {
  readonly text: string;
  readonly tags: readonly DocTag[];
}

/** A program of an `@example`. */
export interface DocExample {
  /** What stood behind the tag; empty if nothing did. */
  readonly title: string;
  readonly code: string;
}

/** What stands where there is no docblock. */
export const noDocblock: Docblock = { text: '', tags: [] };

const tagAtStart = /^@(\w+)[ \t]*/;
const tagInside = /(?<=\s)@(?=(?:default|throws|returns|param|see)\b)/g;

/** @param comment what stands between the marks of the comment, `* ` at the beginning of its lines included */
export function parseDocblock(comment: string): Docblock {
  const lines = comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*(?: |$)/, '').trimEnd());
  const parts: { name: string; lines: string[] }[] = [{ name: '', lines: [] }];
  for (const line of lines) {
    const isExample = parts.at(-1)?.name === 'example' && !tagAtStart.test(line);
    // A tag in the middle of a line is put on a line of its own.
    for (const piece of isExample ? [line] : line.replace(tagInside, '\n@').split('\n')) {
      const tag = tagAtStart.exec(piece.trimStart());
      if (tag === null) parts.at(-1)?.lines.push(piece);
      else parts.push({ name: tag[1] ?? '', lines: [piece.trimStart().slice(tag[0].length)] });
    }
  }
  const [text, ...tags] = parts.map(({ name, lines: own }) => ({ name, text: own.join('\n').trim() }));
  return { text: text?.text ?? '', tags };
}

/** The texts of all tags of a name. */
export function tagsOf(doc: Docblock, name: string): readonly string[] {
  return doc.tags.filter((tag) => tag.name === name).map((tag) => tag.text);
}

/** The programs of a docblock. A single line behind `@example` is a program itself, no title. */
export function examplesOf(doc: Docblock): readonly DocExample[] {
  return tagsOf(doc, 'example').map((text) => {
    const plain = text.replace(/^```\w*\n?|\n?```$/gm, '').trim();
    const [first = '', ...rest] = plain.split('\n');
    const isTitle = rest.length > 0 && /^[A-Z`'].*[^;{},(]$/.test(first) && !/^import\b/.test(first);
    return isTitle ? { title: first, code: rest.join('\n').trim() } : { title: '', code: plain };
  });
}
