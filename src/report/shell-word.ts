// A path as one word of a POSIX shell's command line, so that a command we print can be pasted.
// Invariant: a shell reads back exactly the text that was given.

/** The text, in single quotes if a shell would read anything into it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
