// Finds where a text stops being JSON and says why, for error messages: what JSON.parse throws names
// no position for some faults. Only ever called with what JSON.parse has refused.

/** The first character that JSON does not allow where it stands. */
export interface JsonFault {
  /** Offset in UTF-16 units; the text's length if it ends too early. */
  readonly at: number;
  readonly reason: string;
}

const spaces = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const afterToken = /[\s,\]}:]|$/y;

/** Where and why `text` is not one JSON value. */
export function findJsonFault(text: string): JsonFault {
  const scan = new Scan(text);
  const open: string[] = [];
  for (;;) {
    if (!scan.value(open)) return scan.fault;
    for (;;) {
      const inside = open.at(-1);
      const next = scan.peek();
      if (inside === undefined)
        return next === ''
          ? { at: text.length, reason: 'not JSON' }
          : scan.fail(`nothing may follow the value, but there is ${show(next)}`);
      const closing = inside === '{' ? '}' : ']';
      if (next === closing) {
        open.pop();
        scan.at++;
        continue;
      }
      if (next !== ',') return scan.fail(`expected "," or ${show(closing)}, found ${show(next)}`);
      scan.at++;
      if (scan.peek() === closing) return scan.fail('a comma stands before the end');
      if (inside === '{' && !scan.key()) return scan.fault;
      break;
    }
  }
}

class Scan {
  readonly text: string;
  at = 0;
  fault: JsonFault = { at: 0, reason: '' };

  constructor(text: string) {
    this.text = text;
  }

  fail(reason: string, at = this.at): JsonFault {
    this.fault = { at: Math.min(at, this.text.length), reason };
    return this.fault;
  }

  /** The next character that is not white space; empty at the end. */
  peek(): string {
    spaces.lastIndex = this.at;
    spaces.test(this.text);
    this.at = spaces.lastIndex;
    return this.text.charAt(this.at);
  }

  /** Passes a scalar, an empty container, or the openings of containers and the first scalar in them. */
  value(open: string[]): boolean {
    for (;;) {
      const next = this.peek();
      if (next === '"') return this.string();
      if (next !== '{' && next !== '[') return this.scalar(next);
      this.at++;
      if (this.peek() === (next === '{' ? '}' : ']')) {
        this.at++;
        return true;
      }
      open.push(next);
      if (next === '{' && !this.key()) return false;
    }
  }

  key(): boolean {
    const next = this.peek();
    if (next !== '"') return this.no(`expected a name in double quotes, found ${show(next)}`);
    if (!this.string()) return false;
    const colon = this.peek();
    if (colon !== ':') return this.no(`expected ":" after the name, found ${show(colon)}`);
    this.at++;
    return true;
  }

  scalar(next: string): boolean {
    for (const token of [number, word]) {
      token.lastIndex = this.at;
      if (!token.test(this.text)) continue;
      afterToken.lastIndex = token.lastIndex;
      if (!afterToken.test(this.text)) continue;
      this.at = token.lastIndex;
      return true;
    }
    return this.no(
      next === ''
        ? 'it ends where a value is expected'
        : `expected a value, found ${show(this.text.slice(this.at, this.at + 12).split(/[\s,\]}]/)[0] || next)}`,
    );
  }

  string(): boolean {
    const begin = this.at;
    for (let at = begin + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 34) {
        this.at = at + 1;
        return true;
      }
      if (code < 32) return this.no('a string has a line break or control character in it', at);
      if (code !== 92) continue;
      const escape = /["\\/bfnrt]|u[\da-fA-F]{4}/y;
      escape.lastIndex = at + 1;
      if (!escape.test(this.text)) return this.no('a backslash stands before what it cannot escape', at);
      at = escape.lastIndex - 1;
    }
    return this.no('a string is not closed', begin);
  }

  no(reason: string, at = this.at): false {
    this.fail(reason, at);
    return false;
  }
}

function show(found: string): string {
  return found === '' ? 'the end' : JSON.stringify(found);
}
