// A short piece of a record for an error message: one line, around the fault, without what looks like
// a credential. Messages are written to results and logs, so masking errs on the side of too much.

import { credentialName } from '../http/credential-names.ts';

const spanChars = 60;
/** How far before the excerpt a key may stand whose value reaches into it. */
const contextChars = 2000;

const keyed = new RegExp(
  String.raw`((?:${credentialName.source}|basic)[\w-]*["']?\s*[:=,]?\s*["']?(?:(?:bearer|basic)\s+)?)([^\s"',;{}]+)`,
  'gi',
);
const userInfo = /(:\/\/)([^/\s"'@]+)(?=@)/g;
const opaque = /[\w+=.~-]{24,}/g;

/**
 * The text around offset `at`, on one line, at most about 60 characters.
 *
 * @example excerpt('{"token":"s3cr3t","n":x}', 22) // '{"token":"******","n":x}'
 */
export function excerpt(text: string, at: number): string {
  const from = Math.max(0, Math.min(at, text.length) - spanChars / 2);
  const until = Math.min(text.length, from + spanChars);
  const before = Math.max(0, from - contextChars);
  // The masks keep the length, so that offsets stay what they are.
  const masked = mask(text.slice(before, until + contextChars));
  const piece = masked.slice(from - before, until - before).replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
  return (from > 0 ? '…' : '') + piece.trimEnd() + (until < text.length ? '…' : '');
}

function mask(text: string): string {
  return text
    .replace(keyed, (_, key: string, value: string) => key + stars(value))
    .replace(userInfo, (_, slashes: string, value: string) => slashes + stars(value))
    .replace(opaque, (run) =>
      /\d/.test(run) && /[A-Za-z]/.test(run) && !/^www\.|\.(?:com|org|net|io)\b/.test(run) ? stars(run) : run,
    );
}

function stars(value: string): string {
  return '*'.repeat(value.length);
}
