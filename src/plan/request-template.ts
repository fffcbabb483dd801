// A whole request with placeholders, out of options or out of the file that `--request` names.
// Compiled once; everything that is wrong with it for every record is refused here.

import { RecordError, UsageError } from '../errors.ts';
import { type BodyPlan, compileBody, jsonType } from './body-plan.ts';
import { compileCost, type CostPlan } from './cost-plan.ts';
import { isExactNumber } from './exact-json.ts';
import { compileHeader, compileHeaderLine, type HeaderTemplate } from './header-plan.ts';
import { compileJson, parseTemplatedJson } from './json-template.ts';
import { readMethod } from './method.ts';
import type { CheckedPlanOptions, PlanOptions } from './plan-options.ts';
import { isObject } from './record-scope.ts';
import { constantText, parseTemplate, type Template, type TemplateContext } from './template.ts';

/** The parts of a request, each null or empty if it is not given. */
export interface RequestTemplate {
  readonly url: Template | null;
  /** How the user knows the URL template. */
  readonly urlOption: string;
  readonly method: Template | null;
  readonly headers: readonly HeaderTemplate[];
  readonly body: BodyPlan;
  readonly id: Template | null;
  readonly timeoutMs: Template | null;
  readonly cost: CostPlan | null;
}

type ContextOf = (option: string) => TemplateContext;

/** What `--url`, `--method`, `--header` and the body options say. @throws {UsageError} `bad_option` */
export function templateOfOptions(options: PlanOptions, contextOf: ContextOf): RequestTemplate {
  return {
    url: options.url === undefined ? null : parseTemplate(options.url, contextOf('--url')),
    urlOption: '--url',
    method: options.method === undefined ? null : compileMethod(options.method, contextOf('--method')),
    headers: compileHeaders(options, contextOf),
    body: compileBody(options, contextOf),
    id: null,
    timeoutMs: null,
    cost: options.cost === undefined ? null : compileCost(String(options.cost), contextOf('--cost')),
  };
}

/** The same out of the text of a request file; `--header` adds to it. @throws {UsageError} `bad_option` */
export function templateOfFile(
  text: string,
  path: string,
  options: CheckedPlanOptions,
  contextOf: ContextOf,
): RequestTemplate {
  const option = `--request ${path}`;
  const file = parseTemplatedJson(text, option);
  if (!isObject(file) || Array.isArray(file)) throw badFile(option, 'it is not an object');
  const textOf = (name: string): Template | null => {
    const value = file[name] ?? undefined;
    if (value === undefined) return null;
    if (typeof value !== 'string' && !(typeof value === 'number' && name !== 'url'))
      throw badFile(option, `"${name}" must be a string`);
    return parseTemplate(String(value), contextOf(`${option}: "${name}"`));
  };
  const url = textOf('url');
  if (url === null) throw badFile(option, 'it has no "url"');
  const method = file['method'];
  if (method !== undefined && method !== null && typeof method !== 'string')
    throw badFile(option, '"method" must be a string');
  const added = compileHeaders(options, contextOf);
  const replaced = new Set(added.map((header) => header.name.toLowerCase()));
  const own = fileHeaders(file['headers'], option, contextOf).filter(
    (header) => !replaced.has(header.name.toLowerCase()),
  );
  return {
    url,
    urlOption: `${option}: "url"`,
    method: typeof method === 'string' ? compileMethod(method, contextOf(`${option}: "method"`)) : null,
    headers: [...own, ...added],
    body: fileBody(file, option, contextOf),
    id: textOf('id'),
    timeoutMs: textOf('timeoutMs'),
    cost: fileCost(file['cost'], option, options, contextOf),
  };
}

function compileHeaders(options: PlanOptions, contextOf: ContextOf): readonly HeaderTemplate[] {
  return (options.headers ?? []).map((line) =>
    // A line without a colon may be nothing but a secret.
    compileHeaderLine(line, contextOf(line.includes(':') ? `--header "${line.split(':')[0] ?? ''}"` : '--header')),
  );
}

function compileMethod(text: string, context: TemplateContext): Template {
  const template = parseTemplate(text, context);
  const constant = constantText(template);
  if (constant === null) return template;
  try {
    return [{ kind: 'text', text: readMethod(constant) }];
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause;
    throw new UsageError('bad_option', `${context.option}: ${cause.message}`, { hint: cause.hint ?? '', cause });
  }
}

function fileHeaders(value: unknown, option: string, contextOf: ContextOf): readonly HeaderTemplate[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value) || Array.isArray(value))
    throw badFile(option, '"headers" must be an object of names and values');
  return Object.entries(value).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given])
      .filter((one) => one !== null)
      .map((one: unknown) => {
        if (isObject(one)) throw badFile(option, `"headers"."${name}" must be a string`);
        return compileHeader(name, String(one), contextOf(`${option}: header "${name}"`));
      }),
  );
}

function fileBody(file: Record<string, unknown>, option: string, contextOf: ContextOf): BodyPlan {
  const body = file['body'] ?? undefined;
  const base64 = file['bodyBase64'] ?? undefined;
  if (base64 !== undefined) {
    if (body !== undefined) throw badFile(option, 'it has both "body" and "bodyBase64"');
    if (typeof base64 !== 'string') throw badFile(option, '"bodyBase64" must be a string');
    return { kind: 'base64', template: parseTemplate(base64, contextOf(`${option}: "bodyBase64"`)) };
  }
  if (body === undefined) return { kind: 'none' };
  const context = contextOf(`${option}: "body"`);
  if (typeof body !== 'string') return { kind: 'json', template: compileJson(body, context) };
  const template = parseTemplate(body, context);
  const only = template.length === 1 ? template[0] : undefined;
  if (only !== undefined && only.kind !== 'text' && only.kind !== 'secret') return { kind: 'value', part: only };
  return { kind: 'text', template };
}

/** What `--cost` says; else the file's own, which may be a field of another meaning while no rate counts costs. */
function fileCost(
  own: unknown,
  option: string,
  { cost, countsCost = false }: CheckedPlanOptions,
  contextOf: ContextOf,
): CostPlan | null {
  if (cost !== undefined) return compileCost(String(cost), contextOf('--cost'));
  if (!countsCost || own === undefined || own === null) return null;
  if (isObject(own) && !isExactNumber(own)) throw badFile(option, '"cost" must be a number or a string');
  return compileCost(typeof own === 'string' ? own : JSON.stringify(own), contextOf(`${option}: "cost"`));
}

function badFile(option: string, trouble: string): UsageError {
  return new UsageError('bad_option', `${option}: ${trouble}`, {
    hint: `It holds one request: {"url": "https://…", "method": "POST", "headers": {…}, "body": …}; a body that is no string is sent as ${jsonType}.`,
  });
}
