// Renders each record into a request by a template that has a URL. The hot path of most runs.

import { renderBody, renderText } from './body-plan.ts';
import { renderCost } from './cost-plan.ts';
import type { HeaderPlan } from './header-plan.ts';
import { readMethod } from './method.ts';
import { planBad, planRequest } from './plan-request.ts';
import type { Planned, Planner, SourceRecord } from './planner.ts';
import { RecordScope } from './record-scope.ts';
import { readTimeout } from './request-record.ts';
import type { RequestTemplate } from './request-template.ts';
import { constantText } from './template.ts';
import type { UrlTemplate } from './url-template.ts';

const noHeaders: readonly string[] = [];

/** A planner for `--url` and `--request`. */
export class TemplatePlanner implements Planner {
  readonly #template: RequestTemplate;
  readonly #url: UrlTemplate;
  readonly #headers: HeaderPlan;
  readonly #secrets: readonly string[];
  readonly #textIsJson: boolean;
  readonly #method: string | null;

  constructor(
    template: RequestTemplate,
    url: UrlTemplate,
    headers: HeaderPlan,
    secrets: readonly string[],
    textIsJson: boolean,
  ) {
    this.#template = template;
    this.#url = url;
    this.#headers = headers;
    this.#secrets = secrets;
    this.#textIsJson = textIsJson;
    this.#method = template.method === null ? null : constantText(template.method);
  }

  plan(record: SourceRecord): Planned {
    const scope = new RecordScope(record, this.#textIsJson);
    const template = this.#template;
    let id: string | null = null;
    try {
      id = scope.id();
      if (template.id !== null) id = renderText(template.id, scope);
      return planRequest(
        {
          id,
          target: this.#url.render(scope),
          method: this.#method ?? (template.method === null ? null : readMethod(renderText(template.method, scope))),
          headers: noHeaders,
          body: renderBody(template.body, scope),
          timeoutMs:
            template.timeoutMs === null ? null : readTimeout(renderText(template.timeoutMs, scope), { strings: true }),
          cost: template.cost === null ? null : renderCost(template.cost, scope),
        },
        scope,
        this.#headers,
        this.#secrets,
      );
    } catch (error) {
      return planBad(error, id);
    }
  }
}
