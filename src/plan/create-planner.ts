// Makes the planner of a run: reads the files that options name, compiles the templates, and picks which
// of the three ways records become requests (a template, the record itself, the user's module).

import { checkPlanOptions, readBaseUrl } from './check-plan-options.ts';
import { basic, HeaderPlan } from './header-plan.ts';
import { loadMap, MapPlanner } from './map-planner.ts';
import { readOptionFile } from './option-file.ts';
import { idempotencyHeaderOf } from './idempotency-header.ts';
import { UrlParser } from './parse-url.ts';
import { secretForms } from './placed-secrets.ts';
import type { CheckedPlanOptions, PlanOptions } from './plan-options.ts';
import type { Planner } from './planner.ts';
import { RecordPlanner } from './record-planner.ts';
import { templateOfFile, templateOfOptions } from './request-template.ts';
import type { TemplateContext } from './template.ts';
import { TemplatePlanner } from './template-planner.ts';
import { compileUrl } from './url-template.ts';

/** What a planner is made of. */
export interface PlannerOptions extends CheckedPlanOptions {
  /** Part of every idempotency key: the same in all processes that work on the run. */
  readonly runId: string;
  /** What `{{$env.NAME}}` is looked up in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * The text given to `plan` is the record as JSON (jsonl, json), so that its digits can be kept. If not
   * (csv, txt), an empty string in a request record is an absent value. @default false
   */
  readonly textIsJson?: boolean;
}

/**
 * @throws {UsageError} `bad_option` for contradicting options, bad templates and unset variables;
 *   `no_such_file` and `unreadable` for the files of --request and --map
 * @example
 * const planner = await createPlanner({ url: 'https://a.example/{{id}}', runId: 'r1', env: process.env });
 * const planned = await planner.plan({ index: 0, value: { id: 7 }, text: '{"id":7}' });
 */
export async function createPlanner(options: PlannerOptions): Promise<Planner> {
  checkPlanOptions(options);
  const base = readBaseUrl(options.baseUrl);
  const secretValues = new Set<string>();
  const contextOf = (option: string): TemplateContext => ({ option, env: options.env, secrets: secretValues });
  const path = options.request;
  const template =
    path === undefined
      ? templateOfOptions(options, contextOf)
      : templateOfFile(await readOptionFile(path, '--request'), path, options, contextOf);
  const urls = new UrlParser(base);
  const secrets = secretForms(secretValues);
  const headers = new HeaderPlan(template.headers, {
    runId: options.runId,
    authorization: authorizationOf(options),
    idempotencyHeader: idempotencyHeaderOf(options),
  });
  const textIsJson = options.textIsJson === true;
  if (template.url !== null) {
    const url = compileUrl(template.url, base, urls, template.urlOption);
    return new TemplatePlanner(template, url, headers, secrets, textIsJson);
  }
  const countsCost = options.countsCost === true;
  const records = new RecordPlanner({ template, headers, urls, secrets, textIsJson, countsCost });
  return options.map === undefined ? records : new MapPlanner(await loadMap(options.map), records, textIsJson);
}

function authorizationOf(options: PlanOptions): string | null {
  if (options.user !== undefined) return basic(options.user);
  return options.bearer === undefined ? null : `Bearer ${options.bearer}`;
}
