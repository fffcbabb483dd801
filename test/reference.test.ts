// Holds the generator of docs/reference/ to a small library of its own, and the pages to their links. That the pages are what
// the sources say is a matter of `npm run check`, which needs the compiler.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { examplesOf, parseDocblock } from '../scripts/reference/docblock.ts';
import { publicNames } from '../scripts/reference/entries.ts';
import { firstSentence, prose } from '../scripts/reference/markdown.ts';
import { ModuleReader } from '../scripts/reference/module-reader.ts';
import { notImportable } from '../scripts/reference/not-importable.ts';
import { renderPage } from '../scripts/reference/page.ts';

const folder = mkdtempSync(join(tmpdir(), 'manyfetch-reference-'));
afterAll(() => rmSync(folder, { recursive: true }));

const library = {
  'index.d.ts': `export { open, type OpenOptions } from './door.ts';
export type { Half } from './half.ts';
export * from './rest.ts';`,
  'half.d.ts': `import type { Base } from './door.ts';
export interface Half extends Pick<Base, Kept>, Iterable<string> { own(): void }
type Kept = 'size' | 'other';`,
  'rest.d.ts': `declare abstract class Hidden { /** Taken over. */ from(): void; protected inner(): void; }
export declare class Shown extends Hidden implements Disposable {
  #private;
  private secret;
  constructor(size: number);
  /** Got. */
  get size(): number;
  [Symbol.dispose](): void;
}
export declare abstract class Made {
  /** To be made. */
  protected abstract make(): void;
}`,
  'door.d.ts': `/** Not public. */
export interface Base {
  /** In bytes. @default 1 */
  readonly size?: number;
  readonly other: 'a' | 'b';
  readonly third: string;
}
/** How to open. */
export interface OpenOptions extends Base {
  readonly fast?: boolean;
}
/**
 * Opens it. And more.
 *
 * @param name of the {@link Shown}
 * @throws {TypeError} if it
 *   is shut
 * @example A title
 * open('a'); // prints a
 * @example
 * open('b');
 */
export declare function open(name: string): void;
export declare function open(name: string, options: OpenOptions): Half;`,
};

const page = `# lib/sub

All that can be imported from \`'lib/sub'\`. This page is made of the comments in the sources by \`npm run reference\`.
Names that end in \`Ms\` are milliseconds, in \`Bytes\` bytes. The programs run in the tests, against \`manyfetch target --port 8080\`.

## Contents

**Besides**

- [\`Made\`](#class-made)
- [\`open\`](#function-open) Opens it.
- [\`Shown\`](#class-shown)
- [\`Half\`](other.md#interface-half)
- [\`OpenOptions\`](#interface-openoptions) How to open.

## Besides

### class Made

\`\`\`ts
abstract class Made {
  protected abstract make(): void;
}
\`\`\`

- **\`make()\`** To be made.

### function open

\`\`\`ts
function open(name: string): void;
function open(name: string, options: OpenOptions): Half;
\`\`\`

Opens it. And more.

- \`name\`: of the [\`Shown\`](#class-shown)
- Throws \`TypeError\` if it is shut

See also: [Half](other.md#interface-half), [OpenOptions](#interface-openoptions)

A title:

\`\`\`ts
open('a'); // prints a
\`\`\`

\`\`\`ts
open('b');
\`\`\`

### class Shown

\`\`\`ts
class Shown implements Disposable {
  constructor(size: number);
  get size(): number;
  [Symbol.dispose](): void;
  from(): void;
}
\`\`\`

- **\`size\`** Got.
- **\`from()\`** Taken over.

### interface OpenOptions

How to open.

|  | type | default |  |
| --- | --- | --- | --- |
| \`fast?\` | \`boolean\` |  |  |
| \`size?\` | \`number\` | 1 | In bytes. |
| \`other\` | \`'a' \\| 'b'\` |  |  |
| \`third\` | \`string\` |  |  |
`;

describe('a page', () => {
  for (const [name, text] of Object.entries(library)) writeFileSync(join(folder, name), text);
  const reader = new ModuleReader();
  const names = publicNames(join(folder, 'index.d.ts'), reader);

  test('has all that is public, with what it takes over, and nothing private', async () => {
    const rendered = await renderPage({
      entry: { specifier: 'lib/sub', source: 'index.ts', page: 'sub' },
      names,
      placeOf: ({ path }) => path.slice(folder.length + 1),
      pageOf: (name) => (name === 'Half' ? 'other.md' : names.some((each) => each.name === name) ? 'sub.md' : null),
    });
    expect(rendered).toBe(page);
  });

  test('needs the types that are named in it', () => {
    expect(notImportable(names, reader)).toEqual([]);
    const without = names.filter(({ name }) => name !== 'OpenOptions');
    expect(notImportable(without, reader)).toEqual([
      'open names the type OpenOptions, which cannot be imported: export it',
    ]);
  });

  test('knows what is picked of an interface, and what is a type only', () => {
    const half = names.find(({ name }) => name === 'Half');
    expect(half?.signatures).toEqual(['interface Half extends Iterable<string>']);
    expect(half?.members.map(({ name }) => name)).toEqual(['own', 'size', 'other']);
    expect(names.map(({ name, isTypeOnly }) => [name, isTypeOnly])).toEqual([
      ['Half', true],
      ['Made', false],
      ['open', false],
      ['OpenOptions', true],
      ['Shown', false],
    ]);
  });
});

describe('a docblock', () => {
  test('may have tags behind a sentence, but not in an example', () => {
    const doc = parseDocblock(`*\n * One. @default 3\n * @example\n * const a = 1; // a @default b\n *\n * @see them `);
    expect(doc.text).toBe('One.');
    expect(doc.tags).toEqual([
      { name: 'default', text: '3' },
      { name: 'example', text: 'const a = 1; // a @default b' },
      { name: 'see', text: 'them' },
    ]);
  });

  test('has examples with a title, in fences, and in one line', () => {
    const texts = ["@example How it goes\n * run('x');", '@example\n * ```ts\n * run();\n * ```', '@example run();'];
    expect(texts.flatMap((text) => examplesOf(parseDocblock(`*\n * ${text}`)))).toEqual([
      { title: 'How it goes', code: "run('x');" },
      { title: '', code: 'run();' },
      { title: '', code: 'run();' },
    ]);
  });

  test('is told in short, with links to what is public', () => {
    expect(firstSentence('Takes 1.5 s:\nno more. Or less.')).toBe('Takes 1.5 s: no more.');
    expect(firstSentence('One of these:\n\n- a')).toBe('One of these.');
    expect(prose('{@link A} {@link B it}', (name) => (name === 'A' ? '#a' : null))).toBe('[`A`](#a) it');
  });
});

test('the pages lead to sections that exist', () => {
  const pages = join(import.meta.dirname, '../docs/reference');
  const texts = new Map(readdirSync(pages).map((name) => [name, readFileSync(join(pages, name), 'utf8')]));
  const anchors = new Set(
    [...texts].flatMap(([name, text]) =>
      [...text.matchAll(/^### (.*)$/gm)].map(([, title = '']) => `${name}#${title.toLowerCase().replaceAll(' ', '-')}`),
    ),
  );
  const links = [...texts].flatMap(([name, text]) =>
    [...text.matchAll(/\]\(([\w-]+\.md)?(#[\w-]+)\)/g)].map(([, file = name, anchor]) => `${file}${anchor}`),
  );
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
});
