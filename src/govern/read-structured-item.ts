// Reads the parts of a structured field (RFC 9651) of which RateLimit is made: bare items and keys, one
// after another. Strict, as that RFC wants it: what deviates makes the whole field void. Our own, letter by
// letter, since a server may change the field in each answer: a general parser takes longer than all of
// the governor may.

/** What a bare item is. Dates, decimals, booleans and display strings are only told apart to be passed over. */
export type ItemKind = 'string' | 'token' | 'integer' | 'bytes' | 'else';

/** Longest integer that there is. */
const mostDigits = 15;

const bytes = /:[A-Za-z0-9+/=]*:/y;
const rare = /\?[01]|@-?\d{1,15}|-?\d{1,12}\.\d{1,3}|%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/y;

/** For each letter, where it may stand: bits below. */
const places = new Uint8Array(128);
const [inKey, startsKey, inToken, startsToken, digit, inString] = [1, 2, 4, 8, 16, 32];
function allow(letters: string, place: number): void {
  for (let i = 0; i < letters.length; i++) places[letters.charCodeAt(i)] = (places[letters.charCodeAt(i)] ?? 0) | place;
}
const [small, capital, digits] = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];
allow(`${small}*`, startsKey | inKey);
allow(`${digits}_-.`, inKey);
allow(`${small}${capital}*`, startsToken | inToken);
allow(`${digits}!#$%&'+-.^_\`|~:/`, inToken);
allow(digits, digit);
for (let code = 0x20; code < 0x7f; code++)
  if (code !== 0x22 && code !== 0x5c) allow(String.fromCharCode(code), inString);

const [quote, backslash, colon, dot, minus] = [0x22, 0x5c, 0x3a, 0x2e, 0x2d];

export class StructuredItems {
  readonly #field: string;
  #at = 0;
  /** Of the last bare item. */
  kind: ItemKind = 'else';
  /** The last bare item: a string without its quotes (escapes as they stand), the rest as it stands. */
  value = '';

  constructor(field: string) {
    this.#field = field;
    this.skipSpaces();
  }

  get ended(): boolean {
    return this.#at >= this.#field.length;
  }

  /** Whether this character stands here; goes on behind it if so. */
  tryTake(code: number): boolean {
    if (this.#field.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  skipSpaces(): void {
    while (this.tryTake(0x20));
  }

  /** The key that stands here; null if none does. */
  tryKey(): string | null {
    if (!this.#stands(startsKey)) return null;
    const from = this.#at;
    this.#pass(inKey);
    return this.#field.slice(from, this.#at);
  }

  /** Reads the bare item that stands here into `kind` and `value`; false if none does. */
  tryItem(): boolean {
    const code = this.#field.charCodeAt(this.#at);
    if (code === quote) return this.#tryString();
    if (code === minus || this.#stands(digit)) return this.#tryInteger() || this.#tryPattern('else', rare);
    if (code === colon) return this.#tryPattern('bytes', bytes);
    if (!this.#stands(startsToken)) return this.#tryPattern('else', rare);
    return this.#found('token', this.#at, this.#pass(inToken));
  }

  #tryString(): boolean {
    const from = ++this.#at;
    for (;;) {
      const end = this.#pass(inString);
      const code = this.#field.charCodeAt(end);
      if (code === quote) {
        this.#at++;
        this.#found('string', from, end);
        return true;
      }
      const escaped = this.#field.charCodeAt(end + 1);
      if (code !== backslash || (escaped !== quote && escaped !== backslash)) return false;
      this.#at += 2;
    }
  }

  #tryInteger(): boolean {
    const from = this.#at;
    this.tryTake(minus);
    const first = this.#at;
    const end = this.#pass(digit);
    if (end > first && end - first <= mostDigits && this.#field.charCodeAt(end) !== dot)
      return this.#found('integer', from, end);
    this.#at = from;
    return false;
  }

  #tryPattern(kind: ItemKind, pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#field)) return false;
    const from = this.#at;
    this.#at = pattern.lastIndex;
    return this.#found(kind, from, this.#at);
  }

  #found(kind: ItemKind, from: number, end: number): boolean {
    this.kind = kind;
    this.value = this.#field.slice(from, end);
    return true;
  }

  #stands(place: number): boolean {
    const code = this.#field.charCodeAt(this.#at);
    // At the end it is NaN, which must not be looked up: that is slow.
    return code < 128 && ((places[code] ?? 0) & place) !== 0;
  }

  /** Goes on behind letters that may stand here, and says where that is. */
  #pass(place: number): number {
    while (this.#stands(place)) this.#at++;
    return this.#at;
  }
}
