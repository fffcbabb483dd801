// Reads what a server asks for: `WWW-Authenticate` and what is written like it. RFC 9110, 11.3 and 11.6. Several
// challenges may stand in one field, or in several; both their list and that of their parameters has commas.
//
// Invariant: what cannot be read is passed over up to the next comma; the rest is read. It never throws.

/** One challenge, or one set of credentials, which is written the same way. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name in lower case, unquoted. The first of those that have the same name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const separators = /[\s,]*/y;
const parameter = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)(?:"|$)|([^\\s,"]*))`, 'ys');
// With one opaque text behind it, as Negotiate and Bearer have, which is of no interest here.
const scheme = new RegExp(`(${token})(?:[ \\t]+[0-9A-Za-z\\-._~+/]+=*(?=[ \\t]*(?:,|$)))?`, 'y');
const upToComma = /[^,]*/y;

/** All challenges of these fields, in their order. */
export function parseChallenges(fields: readonly string[]): Challenge[] {
  return fields.flatMap((field) => {
    const found: { scheme: string; parameters: Map<string, string> }[] = [];
    const text = new Cursor(field);
    for (text.take(separators); !text.isAtEnd; text.take(separators)) {
      const pair = text.take(parameter);
      if (pair !== null) {
        addParameter(found.at(-1)?.parameters, pair);
        continue;
      }
      const name = text.take(scheme)?.[1];
      if (name === undefined) text.take(upToComma);
      else found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    }
    return found;
  });
}

/** A list of parameters alone, as in `Authentication-Info`. */
export function parseParameters(field: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const text = new Cursor(field);
  for (text.take(separators); !text.isAtEnd; text.take(separators)) {
    const pair = text.take(parameter);
    if (pair === null) text.take(upToComma);
    else addParameter(parameters, pair);
  }
  return parameters;
}

function addParameter(parameters: Map<string, string> | undefined, pair: RegExpExecArray): void {
  const name = pair[1]?.toLowerCase() ?? '';
  if (parameters === undefined || parameters.has(name)) return;
  parameters.set(name, pair[2]?.replace(/\\(.)/gs, '$1') ?? pair[3] ?? '');
}

class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** What stands here, if it is that; it is then behind us. */
  take(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at;
    const found = what.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}
