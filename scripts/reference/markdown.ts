// The pieces of Markdown that a page is put together of: cells, links, code, the tags of a docblock in words.

import { examplesOf, tagsOf } from './docblock.ts';
import type { Docblock } from './docblock.ts';

/** Where the section of a name is; null if it has none. */
export type LinkTo = (name: string) => string | null;

export function codeBlock(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

/** In a table neither line ends nor bars can stand as they are. */
export function cell(text: string): string {
  return text
    .replace(/\n\s*- /g, '<br>')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}

/** Code in a table. */
export function codeCell(code: string): string {
  return `\`${cell(code)}\``;
}

/** Text of a docblock with its links made. */
export function prose(text: string, linkTo: LinkTo): string {
  return text.replace(/\{@link (\w+)(?:\s+([^}]*))?\}/g, (_whole, name: string, label?: string) => {
    const link = linkTo(name);
    const shown = label ?? `\`${name}\``;
    return link === null ? shown : `[${shown}](${link})`;
  });
}

/** What a docblock says of arguments, values and errors, one line each. */
export function tagLines(doc: Docblock, linkTo: LinkTo): string[] {
  const flat = (text: string): string => prose(text, linkTo).replace(/\s*\n\s*/g, ' ');
  return [
    ...tagsOf(doc, 'param').map((text) => {
      const [, name = '', rest = ''] = /^(?:\{[^}]*\}\s*)?(\S+)\s*(?:[-–]\s*)?([^]*)$/.exec(text) ?? [];
      return `\`${name}\`: ${flat(rest)}`;
    }),
    ...tagsOf(doc, 'returns').map((text) => `Returns ${flat(text)}`),
    ...tagsOf(doc, 'default').map((text) => `Default: ${flat(text)}`),
    ...tagsOf(doc, 'throws').map((text) => `Throws ${flat(errorNamed(text))}`),
    ...tagsOf(doc, 'deprecated').map((text) => `Deprecated: ${flat(text)}`),
    ...tagsOf(doc, 'see').map((text) => `See ${flat(text)}`),
  ];
}

function errorNamed(text: string): string {
  return text.replace(/^\{(\w+)\}|^(\w+Error)\b/, (_whole, braced?: string, bare?: string) => `\`${braced ?? bare}\``);
}

/** The programs of a docblock, each with its title. */
export function exampleBlocks(doc: Docblock): string[] {
  return examplesOf(doc).flatMap(({ title, code }) => [...(title === '' ? [] : [`${title}:`]), codeBlock(code)]);
}

/** The first sentence of a text, for lists. */
export function firstSentence(text: string): string {
  const paragraph = (text.split('\n\n')[0] ?? '').replace(/\s*\n\s*/g, ' ');
  return (/^.*?\.(?=\s|$)/.exec(paragraph)?.[0] ?? paragraph).replace(/:$/, '.');
}

/** Lines under a bullet belong to it. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
