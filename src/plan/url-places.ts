// Tells where in a URL each part of a template stands, by the template's own delimiters only: a value
// that holds a slash or a question mark does not move what comes after it.

import type { Template } from './template.ts';

/** `start`: the value is the beginning of the URL, scheme and all, and is taken as it is. */
export type Place = 'start' | 'userinfo' | 'host' | 'path' | 'query' | 'fragment';

/** The place of each part. */
export function placesOf(template: Template): Place[] {
  const offsets: number[] = [];
  let text = '';
  for (const part of template) {
    offsets.push(text.length);
    // A stand-in that is no delimiter, so that only the template's own text divides the URL.
    text += part.kind === 'text' ? part.text : 'x';
  }
  const fragment = indexOrEnd(text, /#/);
  const query = Math.min(indexOrEnd(text, /\?/), fragment);
  const first = template[0];
  const scheme =
    first === undefined || first.kind === 'text' ? /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]{2}/i : /^x[\w+.-]*:[\\/]{2}/i;
  const authority = scheme.exec(text)?.[0].length ?? 0;
  const path = authority === 0 ? 0 : authority + indexOrEnd(text.slice(authority), /[\\/?#]/);
  const at = text.slice(0, path).lastIndexOf('@');
  return template.map((part, i) => {
    const offset = offsets[i] ?? 0;
    if (part.kind !== 'text' && (offset === 0 || offset < authority)) return 'start';
    if (offset < path) return offset < at ? 'userinfo' : 'host';
    if (offset < query) return 'path';
    return offset < fragment ? 'query' : 'fragment';
  });
}

function indexOrEnd(text: string, pattern: RegExp): number {
  const index = text.search(pattern);
  return index < 0 ? text.length : index;
}
