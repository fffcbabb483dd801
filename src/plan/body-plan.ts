// What the body of a request is made of, and its content type. Compiled once, rendered for each record.

import { UsageError } from '../errors.ts';
import { ByteString } from '../http/byte-string.ts';
import type { RequestBody } from '../http/request.ts';
import { readBase64 } from './base64-body.ts';
import { compileJson, type JsonTemplate, parseTemplatedJson, renderJson } from './json-template.ts';
import type { PlanOptions } from './plan-options.ts';
import { jsonText, type RecordScope } from './record-scope.ts';
import { parseTemplate, type Template, type TemplateContext, type ValuePart } from './template.ts';

/** How bodies are made. `value`: one whole value, a text as it is and all else as JSON. */
export type BodyPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly template: JsonTemplate }
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'base64'; readonly template: Template }
  | { readonly kind: 'form'; readonly pairs: readonly FormPair[] }
  | { readonly kind: 'value'; readonly part: ValuePart }
  | { readonly kind: 'record' };

interface FormPair {
  /** Encoded, with its `=`, and a `&` before all but the first. */
  readonly prefix: string;
  readonly template: Template;
}

/** A body and what it is. */
export interface Body {
  readonly content: RequestBody;
  readonly type: string | null;
}

export const noBody: Body = { content: null, type: null };
export const jsonType = 'application/json';
export const textType = 'text/plain; charset=utf-8';
export const formType = 'application/x-www-form-urlencoded';

/** The body of `--json`, `--data`, `--form` or `--record-as-json`. @throws {UsageError} `bad_option` */
export function compileBody(options: PlanOptions, contextOf: (option: string) => TemplateContext): BodyPlan {
  if (options.recordAsJson === true) return { kind: 'record' };
  if (options.json !== undefined) {
    return { kind: 'json', template: compileJson(parseTemplatedJson(options.json, '--json'), contextOf('--json')) };
  }
  if (options.data !== undefined) return { kind: 'text', template: parseTemplate(options.data, contextOf('--data')) };
  if (options.form === undefined || options.form.length === 0) return { kind: 'none' };
  return { kind: 'form', pairs: options.form.map((pair, i) => compilePair(pair, i, contextOf('--form'))) };
}

/** @throws {RecordError} `missing_field`, `bad_record` */
export function renderBody(plan: BodyPlan, scope: RecordScope): Body {
  switch (plan.kind) {
    case 'none':
      return noBody;
    case 'json':
      return { content: renderJson(plan.template, scope), type: jsonType };
    case 'record':
      return { content: recordText(scope), type: jsonType };
    case 'text':
      return { content: renderText(plan.template, scope), type: textType };
    case 'base64':
      return { content: readBase64(renderText(plan.template, scope)), type: null };
    case 'form':
      return { content: renderForm(plan.pairs, scope), type: formType };
    default:
      return renderValue(plan.part, scope);
  }
}

function renderValue(part: ValuePart, scope: RecordScope): Body {
  const value = scope.valueOf(part);
  if (typeof value === 'string') return { content: value, type: textType };
  return { content: scope.jsonOf(value, part), type: jsonType };
}

/** Text with its values placed as they are. @throws {RecordError} `missing_field` */
export function renderText(template: Template, scope: RecordScope): string {
  let text = '';
  for (const part of template) text += part.kind === 'text' || part.kind === 'secret' ? part.text : scope.textOf(part);
  return text;
}

/** A form value as `application/x-www-form-urlencoded` has it. */
export function encodeFormValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
}

function renderForm(pairs: readonly FormPair[], scope: RecordScope): string {
  let text = '';
  for (const pair of pairs) {
    text += pair.prefix + encodeFormValue(renderText(pair.template, scope));
  }
  return text;
}

/** The record as it stands in the input, on one line; line breaks in JSON stand between tokens only. */
function recordText(scope: RecordScope): string | ByteString {
  const { bytes } = scope;
  // White space around JSON is ASCII: what `trim` takes beyond that cannot stand there.
  if (bytes !== null) return new ByteString(bytes.trim());
  const { text } = scope;
  if (text === null) return jsonText(scope.value);
  return text.includes('\n') || text.includes('\r') ? text.replace(/[ \t]*[\r\n]+[ \t\r\n]*/g, '').trim() : text.trim();
}

function compilePair(pair: string, position: number, context: TemplateContext): FormPair {
  const equals = pair.indexOf('=');
  if (equals < 1) {
    throw new UsageError('bad_option', `--form: ${JSON.stringify(pair)} has no "name="`, {
      hint: 'Write --form "name=value".',
    });
  }
  const name = encodeFormValue(pair.slice(0, equals));
  return { prefix: `${position === 0 ? '' : '&'}${name}=`, template: parseTemplate(pair.slice(equals + 1), context) };
}
