// Makes a request of each item of a source. An item becomes a record that is a request, and is planned as
// such a record of an input file is; whatever is wrong with it is an error of that item alone.

import { RecordError } from '../../errors.ts';
import { HeaderPlan } from '../../plan/header-plan.ts';
import { nearestName } from '../../plan/nearest-name.ts';
import { UrlParser } from '../../plan/parse-url.ts';
import type { Planned, Planner, SourceRecord } from '../../plan/planner.ts';
import { RecordPlanner } from '../../plan/record-planner.ts';
import { isObject } from '../../plan/record-scope.ts';
import { shapeRequest, withType } from '../../plan/shape-request.ts';
import type { DefaultHeaders } from '../default-headers.ts';
import { authorizationOf, ItemRules } from './item-rules.ts';

export interface ItemPlannerOptions {
  /** Part of every idempotency key. */
  readonly runId: string;
  readonly baseUrl: URL | null;
  readonly headers: DefaultHeaders;
  /** Null: none is sent. */
  readonly idempotencyHeader: string | null;
  /** A rate counts what requests cost. */
  readonly countsCost: boolean;
}

export class ItemPlanner implements Planner {
  readonly #headers: DefaultHeaders;
  readonly #records: RecordPlanner;
  readonly #rules = new ItemRules();

  constructor({ runId, baseUrl, headers, idempotencyHeader, countsCost }: ItemPlannerOptions) {
    this.#headers = headers;
    this.#records = new RecordPlanner({
      template: {
        url: null,
        urlOption: '',
        method: null,
        headers: [],
        body: { kind: 'none' },
        id: null,
        timeoutMs: null,
        cost: null,
      },
      headers: new HeaderPlan([], { runId, authorization: null, idempotencyHeader }),
      urls: new UrlParser(baseUrl),
      secrets: [],
      textIsJson: true,
      countsCost,
    });
  }

  plan({ value, index }: SourceRecord): Planned {
    let id: string | null = null;
    try {
      const planned = this.#records.plan({ value: this.#recordOf(value), index });
      if (planned.kind !== 'request' || !isObject(value)) return planned;
      id = planned.id;
      const rules = this.#rules.of(value);
      return rules === undefined ? planned : { ...planned, rules };
    } catch (error) {
      return { kind: 'bad', id, error: asRecordError(error) };
    }
  }

  #recordOf(item: unknown): unknown {
    if (typeof item === 'string') return this.#headers.isEmpty ? item : this.#withHeaders({ url: item });
    if (item instanceof URL) return this.#withHeaders({ url: item.href });
    if (!isObject(item) || Array.isArray(item)) throw noRequest(item);
    if (item['url'] === undefined || item['url'] === null) throw noUrl(item);
    const { request, contentType } = shapeRequest(item);
    return contentType === null ? this.#withHeaders(request) : this.#withType(request, contentType);
  }

  #withHeaders(item: Record<string, unknown>): Record<string, unknown> {
    const own = item['headers'];
    const authorization = authorizationOf(item);
    if (own === undefined && authorization === null && this.#headers.isEmpty) return item;
    return { ...item, headers: this.#headers.completed(own, authorization) };
  }

  /** The body is text by now, and would be sent as such. */
  #withType(item: Record<string, unknown>, type: string): Record<string, unknown> {
    const headers = this.#headers.completed(item['headers'], authorizationOf(item));
    return { ...item, headers: withType(headers, type) };
  }
}

const itemHint = 'An item is a URL, or an object with a `url`.';

function noRequest(item: unknown): RecordError {
  const what = item === null ? 'null' : Array.isArray(item) ? 'a list' : `a ${typeof item}`;
  return new RecordError('bad_record', `the item is ${what}, and no request`, { hint: itemHint });
}

function noUrl(item: Record<string, unknown>): RecordError {
  const near = nearestName('url', Object.keys(item));
  const nearest = near === null ? '' : `; the nearest that it has is "${near}"`;
  return new RecordError('bad_record', `the item has no "url"${nearest}`, { hint: itemHint });
}

/** Getters and proxies may throw anything. */
function asRecordError(error: unknown): RecordError {
  if (error instanceof RecordError) return error;
  return new RecordError('bad_record', `the item cannot be read: ${String(error)}`, { cause: error });
}
