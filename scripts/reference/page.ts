// One page of the reference: a table of contents, then a section for each name, by topics. What another page describes
// is listed with a link to it.

import { tagsOf } from './docblock.ts';
import type { Member } from './described.ts';
import type { Entry, PublicName } from './entries.ts';
import { cell, codeBlock, codeCell, exampleBlocks, firstSentence, indented, prose, tagLines } from './markdown.ts';
import type { LinkTo } from './markdown.ts';
import { signatureOf } from './signature.ts';
import { topicNames, topicOf } from './topics.ts';

export interface PageInput {
  readonly entry: Entry;
  /** All that is public there. */
  readonly names: readonly PublicName[];
  /** The path of a declaration below `src`. */
  readonly placeOf: (described: PublicName) => string;
  /** The page that describes a name: its own, or another one, by its file name. */
  readonly pageOf: (name: string) => string | null;
}

/** Classes and functions are what is looked for; types are looked up from there. */
const ranks = { function: 0, class: 0, constant: 1, interface: 2, type: 2 } as const;

export async function renderPage({ entry, names, placeOf, pageOf }: PageInput): Promise<string> {
  const own = `${entry.page}.md`;
  const byName = new Map(names.map((each) => [each.name, each]));
  const linkTo: LinkTo = (name) => {
    const page = pageOf(name);
    const described = byName.get(name);
    return page === null || described === undefined ? null : `${page === own ? '' : page}#${anchor(described)}`;
  };
  const sections = topicNames.flatMap((topic) => {
    const inside = names
      .filter((described) => topicOf(placeOf(described)) === topic)
      .toSorted((left, right) => ranks[left.kind] - ranks[right.kind] || left.name.localeCompare(right.name, 'en'));
    return inside.length === 0 ? [] : [{ topic, inside }];
  });
  const blocks = [`# ${entry.specifier}`, introduction(entry), '## Contents'];
  for (const { topic, inside } of sections) blocks.push(`**${topic}**`, contents(inside, linkTo));
  for (const { topic, inside } of sections) {
    const described = inside.filter(({ name }) => pageOf(name) === own);
    if (described.length > 0) blocks.push(`## ${topic}`);
    for (const each of described) blocks.push(...(await section(each, linkTo)));
  }
  return `${blocks.join('\n\n')}\n`;
}

function introduction({ specifier }: Entry): string {
  return [
    `All that can be imported from \`'${specifier}'\`. This page is made of the comments in the sources by \`npm run reference\`.`,
    'Names that end in `Ms` are milliseconds, in `Bytes` bytes. The programs run in the tests, against `manyfetch target --port 8080`.',
  ].join('\n');
}

function contents(names: readonly PublicName[], linkTo: LinkTo): string {
  return names
    .map(({ name, doc }) => `- [\`${name}\`](${linkTo(name) ?? ''}) ${firstSentence(prose(doc.text, linkTo))}`.trim())
    .join('\n');
}

function heading({ kind, name }: PublicName): string {
  return `${kind} ${name}`;
}

/** As GitHub makes it of the heading. */
function anchor(described: PublicName): string {
  return heading(described).toLowerCase().replaceAll(' ', '-');
}

async function section(described: PublicName, linkTo: LinkTo): Promise<string[]> {
  const { doc, kind, members } = described;
  const code = await signatureOf(described);
  const lines = tagLines(doc, linkTo).map((line) => `- ${line}`);
  const related = relatedTo(described, code, linkTo);
  return [
    `### ${heading(described)}`,
    // Of an interface the table says all, but for what it extends and is generic in.
    code === heading(described) ? '' : codeBlock(code),
    prose(doc.text, linkTo),
    lines.join('\n'),
    kind === 'interface' ? table(members, linkTo) : memberList(members, linkTo),
    related.length === 0 ? '' : `See also: ${related.join(', ')}`,
    ...exampleBlocks(doc),
  ].filter((block) => block !== '');
}

/** Links to the public names that stand in a signature. */
function relatedTo({ name, members }: PublicName, code: string, linkTo: LinkTo): string[] {
  const text = [code, ...members.map(({ signature }) => signature)].join('\n');
  const words = new Set(text.match(/\b[A-Z]\w+/g));
  return [...words].toSorted().flatMap((word) => {
    const link = word === name ? null : linkTo(word);
    return link === null ? [] : [`[${word}](${link})`];
  });
}

function table(members: readonly Member[], linkTo: LinkTo): string {
  if (members.length === 0) return '';
  const hasDefaults = members.some(({ doc }) => tagsOf(doc, 'default').length > 0);
  const rows = members.map((member) => {
    const { name, isOptional, isMethod, signature, type, doc } = member;
    const shown = isMethod || name === '' ? codeCell(signature) : codeCell(`${name}${isOptional ? '?' : ''}`);
    const others = tagLines({ text: '', tags: doc.tags.filter((tag) => tag.name !== 'default') }, linkTo);
    const text = cell([prose(doc.text, linkTo), ...others].join(' ').trim());
    const typed = isMethod || type === '' ? '' : codeCell(type);
    return [shown, typed, ...(hasDefaults ? [cell(tagsOf(doc, 'default').join(' '))] : []), text];
  });
  const head = ['', 'type', ...(hasDefaults ? ['default'] : []), ''];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The members of a class that have something said of them. */
function memberList(members: readonly Member[], linkTo: LinkTo): string {
  return members
    .filter(({ doc }) => doc.text !== '' || doc.tags.length > 0)
    .map(({ name, isMethod, doc }) => {
      const [first = '', ...rest] = prose(doc.text, linkTo).split('\n\n');
      const tags = tagLines(doc, linkTo).map((line) => `- ${line}`);
      const below = [...rest, ...(tags.length > 0 ? [tags.join('\n')] : []), ...exampleBlocks(doc)];
      const title = `- **\`${name}${isMethod ? '()' : ''}\`** ${first.replace(/\s*\n\s*/g, ' ')}`.trim();
      return [title, ...below.map(indented)].join('\n\n');
    })
    .join('\n');
}
