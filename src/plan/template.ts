// Reads the text of a template once into parts: plain text and placeholders.
// It knows the syntax `{{...}}` and `\{{`, nothing of where a template stands (URL, header, JSON).
// Invariant: no part refers to something that cannot exist (unknown `$` names and unset variables
// are refused here, before anything is sent).

import { UsageError } from '../errors.ts';
import { nearestName } from './nearest-name.ts';

/** A placeholder that names a field of the record. */
export interface FieldPart {
  readonly kind: 'field';
  /** As written: `nested.field`. */
  readonly name: string;
  readonly keys: readonly string[];
}

/** The value of an environment variable; it must not be shown. */
export interface SecretPart {
  readonly kind: 'secret';
  /** As written: `$env.NAME`. */
  readonly name: string;
  readonly text: string;
}

export type ValuePart = FieldPart | { readonly kind: 'index' } | { readonly kind: 'id' };
export type Part = { readonly kind: 'text'; readonly text: string } | SecretPart | ValuePart;
export type Template = readonly Part[];

/** What templates are read with. */
export interface TemplateContext {
  /** How the user knows the template: `--url`, `--header "X-A"`. */
  readonly option: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives each value of the environment that was placed. */
  readonly secrets: Set<string>;
}

/**
 * The parts of a template. Adjacent texts are one part; an empty template has no parts.
 *
 * @throws {UsageError} `bad_option`: unclosed or empty placeholder, unknown `$` name, unset variable
 */
export function parseTemplate(text: string, context: TemplateContext): Template {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open < 0) break;
    if (open > at && text[open - 1] === '\\') {
      literal += `${text.slice(at, open - 1)}{{`;
      at = open + 2;
      continue;
    }
    const close = text.indexOf('}}', open);
    if (close < 0) throw unreadable(context, open, 'the placeholder that begins', 'is never closed by "}}"');
    literal += text.slice(at, open);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    parts.push(parsePlaceholder(text.slice(open + 2, close).trim(), open, context));
    at = close + 2;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

/** The text of a template that is the same for every record, else null. */
export function constantText(template: Template): string | null {
  let text = '';
  for (const part of template) {
    if (part.kind !== 'text' && part.kind !== 'secret') return null;
    text += part.text;
  }
  return text;
}

/** How a placeholder is named in messages. */
export function nameOf(part: ValuePart): string {
  return part.kind === 'field' ? part.name : `$${part.kind}`;
}

function parsePlaceholder(name: string, position: number, context: TemplateContext): Part {
  if (name === '') throw unreadable(context, position, 'the placeholder', 'names no field');
  if (/[{}\r\n]/.test(name))
    throw unreadable(context, position, 'the placeholder', `has a name that cannot be: ${name}`);
  if (!name.startsWith('$')) return { kind: 'field', name, keys: name.split('.') };
  if (name === '$index') return { kind: 'index' };
  if (name === '$id') return { kind: 'id' };
  if (name.startsWith('$env.')) return parseSecret(name, context);
  const nearest = nearestName(name, ['$index', '$id', '$env.NAME']) ?? '$index';
  throw new UsageError('bad_option', `${context.option}: there is no {{${name}}} (position ${position + 1})`, {
    hint: `The nearest is {{${nearest}}}; there are {{$index}}, {{$id}} and {{$env.NAME}}.`,
  });
}

function parseSecret(name: string, context: TemplateContext): Part {
  const variable = name.slice('$env.'.length);
  const text = Object.hasOwn(context.env, variable) ? context.env[variable] : undefined;
  if (text === undefined) {
    throw new UsageError('bad_option', `${context.option}: {{${name}}}: the environment variable is not set`, {
      hint: `Set ${variable === '' ? 'the variable' : variable} before the command, or take the placeholder out.`,
    });
  }
  if (text !== '') context.secrets.add(text);
  return { kind: 'secret', name, text };
}

function unreadable(context: TemplateContext, position: number, subject: string, trouble: string): UsageError {
  return new UsageError('bad_option', `${context.option}: ${subject} at position ${position + 1} ${trouble}`, {
    hint: 'A placeholder is {{field}}; write \\{{ for two braces that are meant as they stand.',
  });
}
