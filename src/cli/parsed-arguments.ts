// What stood on the command line after the command's name: its arguments and its options, as text and
// by their long names. It must not judge them: that is done before, and by whoever reads them.

/** What was given, as text. */
export class ParsedArguments {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  /** The command's argument; empty if it takes none. */
  readonly argument: string;
  /** The arguments behind it. */
  readonly further: readonly string[];

  constructor(argument: string, values: ReadonlyMap<string, readonly string[]>, further: readonly string[] = []) {
    this.argument = argument;
    this.further = further;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value that was given last; an optional value that was left out is empty. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values, in order. */
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}
