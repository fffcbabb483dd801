// Takes each record as the request that it is. Options that name no URL (`--method`, `--header`, a body)
// override and add to what the record says.

import { renderBody, renderText } from './body-plan.ts';
import { renderCost } from './cost-plan.ts';
import type { HeaderPlan } from './header-plan.ts';
import { readMethod } from './method.ts';
import type { UrlParser } from './parse-url.ts';
import { planBad, planRequest } from './plan-request.ts';
import type { Planned, Planner, SourceRecord } from './planner.ts';
import { RecordScope } from './record-scope.ts';
import { readRequestRecord } from './request-record.ts';
import type { RequestTemplate } from './request-template.ts';

/** What a record planner works with. */
export interface RecordPlannerParts {
  /** Has no URL. */
  readonly template: RequestTemplate;
  readonly headers: HeaderPlan;
  readonly urls: UrlParser;
  readonly secrets: readonly string[];
  readonly textIsJson: boolean;
  /** The `cost` of a request is what it costs. */
  readonly countsCost: boolean;
}

/** A planner for records that are requests. */
export class RecordPlanner implements Planner {
  readonly #parts: RecordPlannerParts;

  constructor(parts: RecordPlannerParts) {
    this.#parts = parts;
  }

  plan(record: SourceRecord): Planned {
    const scope = new RecordScope(record, this.#parts.textIsJson);
    let id: string | null = null;
    try {
      id = scope.id();
      return this.planShape(scope, scope, id, !this.#parts.textIsJson);
    } catch (error) {
      return planBad(error, id);
    }
  }

  /**
   * A request out of something of a request's shape.
   *
   * @param shape what has the shape; its own scope, since the text of the record says nothing about a map's numbers
   * @param scope what placeholders of options are looked up in
   * @param strings whether an empty string is an absent value, as in csv
   * @throws {RecordError}
   */
  planShape(shape: RecordScope, scope: RecordScope, id: string | null, strings: boolean): Planned {
    const { template, headers, urls, secrets, countsCost } = this.#parts;
    const bodyGiven = template.body.kind !== 'none';
    const record = readRequestRecord(shape, {
      strings,
      ignoreBody: bodyGiven,
      ignoreCost: !countsCost || template.cost !== null,
    });
    const method = template.method === null ? record.method : renderText(template.method, scope);
    return planRequest(
      {
        id,
        target: urls.parse(record.url),
        method: method === null ? null : readMethod(method),
        headers: record.headers,
        body: bodyGiven ? renderBody(template.body, scope) : record.body,
        timeoutMs: record.timeoutMs,
        cost: template.cost === null ? record.cost : renderCost(template.cost, scope),
      },
      scope,
      headers,
      secrets,
    );
  }
}
