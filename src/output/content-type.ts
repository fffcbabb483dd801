// What a Content-Type header says about a body: what kind it is, in which charset, and which file
// extension suits it. It looks at the header only, never at the body.
//
// A run sees few different values, so parsed ones are kept, in a map that cannot grow without end.

/** `missing`: there is no such header. */
export type BodyKind = 'json' | 'text' | 'binary' | 'missing';

/** What a Content-Type header says. */
export interface ContentType {
  readonly kind: BodyKind;
  /** Label of the charset parameter in lower case; null if there is none. */
  readonly charset: string | null;
  /** Extension for a file that holds such a body, without the dot. */
  readonly extension: string;
}

const missing: ContentType = { kind: 'missing', charset: null, extension: 'bin' };

const largestCache = 256;

const textTypes = new Set([
  'application/xml',
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/x-www-form-urlencoded',
  'application/yaml',
  'application/x-yaml',
  'application/toml',
  'application/sql',
  'application/graphql',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/json-seq',
]);

const extensions = new Map([
  ['text/html', 'html'],
  ['text/css', 'css'],
  ['text/csv', 'csv'],
  ['text/markdown', 'md'],
  ['text/xml', 'xml'],
  ['text/javascript', 'js'],
  ['application/xml', 'xml'],
  ['application/javascript', 'js'],
  ['application/yaml', 'yaml'],
  ['application/x-ndjson', 'jsonl'],
  ['application/ndjson', 'jsonl'],
  ['application/jsonl', 'jsonl'],
  ['application/pdf', 'pdf'],
  ['application/zip', 'zip'],
  ['application/gzip', 'gz'],
  ['application/wasm', 'wasm'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['image/avif', 'avif'],
  ['image/svg+xml', 'svg'],
  ['image/x-icon', 'ico'],
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['video/mp4', 'mp4'],
  ['video/webm', 'webm'],
]);

const charsetParameter = /;[\t ]*charset=(?:"([^"]*)"|([^;\s]*))/i;

/** Reads Content-Type headers, and remembers those it has read. */
export class ContentTypes {
  readonly #read = new Map<string, ContentType>();

  /** What the first Content-Type of a header section (name, value, name, value; names in lower case) says. */
  of(headers: readonly string[]): ContentType {
    for (let at = 0; at < headers.length; at += 2) {
      if (headers[at] === 'content-type') return this.#of(headers[at + 1] ?? '');
    }
    return missing;
  }

  #of(value: string): ContentType {
    const known = this.#read.get(value);
    if (known !== undefined) return known;
    const read = readContentType(value);
    if (this.#read.size >= largestCache) this.#read.clear();
    this.#read.set(value, read);
    return read;
  }
}

function readContentType(value: string): ContentType {
  const semicolon = value.indexOf(';');
  const essence = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  if (essence === '') return missing;
  const parameter = charsetParameter.exec(value);
  const charset = (parameter?.[1] ?? parameter?.[2] ?? '').trim().toLowerCase();
  const kind = kindOf(essence);
  return { kind, charset: charset === '' ? null : charset, extension: extensionOf(essence, kind) };
}

function kindOf(essence: string): BodyKind {
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')) return 'json';
  if (essence.startsWith('text/') || textTypes.has(essence)) return 'text';
  return essence.endsWith('+xml') || essence.endsWith('+yaml') ? 'text' : 'binary';
}

function extensionOf(essence: string, kind: BodyKind): string {
  const known = extensions.get(essence);
  if (known !== undefined) return known;
  if (kind === 'json') return 'json';
  if (kind !== 'text') return 'bin';
  return essence.endsWith('+xml') ? 'xml' : 'txt';
}
