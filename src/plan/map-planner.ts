// Lets the user's module turn each record into a request. What it throws is an error of that record.

import { isPromise } from '../concurrency/scopes/is-promise.ts';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RecordError, UsageError } from '../errors.ts';
import { readOptionFile } from './option-file.ts';
import { planBad } from './plan-request.ts';
import type { Planned, Planner, SourceRecord } from './planner.ts';
import type { RecordPlanner } from './record-planner.ts';
import { isObject, RecordScope } from './record-scope.ts';
import { shapeRequest, withType } from './shape-request.ts';

/** The default export of a map module. */
export type MapFunction = (record: unknown, place: { readonly index: number; readonly id: string | null }) => unknown;

/** A planner for `--map`. */
export class MapPlanner implements Planner {
  readonly #map: MapFunction;
  readonly #requests: RecordPlanner;
  readonly #textIsJson: boolean;

  constructor(map: MapFunction, requests: RecordPlanner, textIsJson: boolean) {
    this.#map = map;
    this.#requests = requests;
    this.#textIsJson = textIsJson;
  }

  plan(record: SourceRecord): Planned | Promise<Planned> {
    const scope = new RecordScope(record, this.#textIsJson);
    let id: string | null = null;
    try {
      id = scope.id();
      const shape = this.#call(scope, id);
      if (!isPromise(shape)) return this.#finish(shape, scope, id);
      return this.#finishLater(shape, scope, id);
    } catch (error) {
      return planBad(error, id);
    }
  }

  #call(scope: RecordScope, id: string | null): unknown {
    try {
      return this.#map(scope.value, { index: scope.index, id });
    } catch (cause) {
      throw failed(cause);
    }
  }

  async #finishLater(promise: PromiseLike<unknown>, scope: RecordScope, id: string | null): Promise<Planned> {
    let shape: unknown;
    try {
      shape = await promise;
    } catch (cause) {
      return planBad(failed(cause), id);
    }
    try {
      return this.#finish(shape, scope, id);
    } catch (error) {
      return planBad(error, id);
    }
  }

  #finish(shape: unknown, scope: RecordScope, id: string | null): Planned {
    if (shape === null) return { kind: 'skip', id };
    if (shape === undefined) {
      throw new RecordError('map_failed', 'the map module returned undefined', {
        hint: 'Return a request {url, method, headers, body, json, form, params}, or null to skip the record.',
      });
    }
    const made = new RecordScope({ value: asRecord(shape), index: scope.index }, false);
    return this.#requests.planShape(made, scope, made.id() ?? id, false);
  }
}

/** With the ways of saying a body and a query that requests have in code. @throws {RecordError} */
function asRecord(shape: unknown): unknown {
  if (!isObject(shape) || !Object.hasOwn(shape, 'url')) return shape;
  const { request, contentType } = shapeRequest(shape);
  return contentType === null ? request : { ...request, headers: withType(request['headers'] ?? {}, contentType) };
}

/** A path is relative to the working folder. */
export function mapPath(module: string | URL): string {
  return module instanceof URL || module.startsWith('file:') ? fileURLToPath(module) : module;
}

/** Loads the module. @throws {UsageError} `no_such_file`, `bad_option` if it cannot be used */
export async function loadMap(given: string | URL): Promise<MapFunction> {
  const path = mapPath(given);
  await readOptionFile(path, '--map');
  let module: unknown;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    throw new UsageError('bad_option', `--map: ${path} cannot be loaded: ${String(cause)}`, {
      hint: 'It is a module for Node: export default (record, { index, id }) => ({ url: … })',
      cause,
    });
  }
  const map = isObject(module) ? module['default'] : undefined;
  if (typeof map === 'function') return map as MapFunction;
  throw new UsageError('bad_option', `--map: ${path} has no function as its default export`, {
    hint: 'Write: export default (record, { index, id }) => ({ url: … })',
  });
}

function failed(cause: unknown): RecordError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : textOf(cause);
  return new RecordError('map_failed', `the map module threw ${message}`, {
    hint: 'Correct the module or the record.',
    cause,
  });
}

/** Not all that can be thrown has a text: `Object.create(null)` has none. */
function textOf(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return 'something that has no text';
  }
}
