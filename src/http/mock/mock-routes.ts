// The table of a mock: which route a request takes, and which of its answers is next. It sends nothing.

import { badValue } from '../../concurrency/bad-value.ts';
import type { MockAnswer, MockHandler } from './mock-answer.ts';
import { nearestText } from './nearest-text.ts';

/** What a route gives: an answer, a function that makes it, or a list of them, one for each request; the last one stays. */
export type MockRoute = MockAnswer | MockHandler | readonly (MockAnswer | MockHandler)[];

/**
 * Answers by route: a method, or none for all, and a path or a URL, as in `GET /orders/:id`. `:name` stands for one step of
 * the path, `*` for any text. A query is looked at only where the route has one, and may have more. The first that fits is taken.
 */
export type MockRoutes = Readonly<Record<string, MockRoute>>;

/** The route that fits a request. */
export interface TakenRoute {
  readonly params: Readonly<Record<string, string>>;
  readonly given: MockAnswer | MockHandler;
}

interface CompiledRoute {
  readonly name: string;
  readonly method: string | null;
  readonly hasOrigin: boolean;
  readonly pattern: RegExp;
  readonly query: URLSearchParams;
  readonly answers: readonly (MockAnswer | MockHandler)[];
  taken: number;
}

const form = /^(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+) )?(https?:\/\/[^/?]+)?(\/[^?]*|\*)?(\?.*)?$/;

/** Finds routes. */
export class MockRouter {
  readonly #routes: readonly CompiledRoute[];

  /** @throws UsageError for a route that cannot be read */
  constructor(routes: MockRoutes) {
    this.#routes = Object.entries(routes).map(([name, route]) => compile(name, route));
  }

  /** Null: none fits. */
  take(method: string, origin: string, path: string): TakenRoute | null {
    const [plain = '', query = ''] = path.split(/\?(.*)/s, 2);
    for (const route of this.#routes) {
      if (route.method !== null && route.method !== method) continue;
      const match = route.pattern.exec(route.hasOrigin ? origin + plain : plain);
      if (match === null || !holds(new URLSearchParams(query), route.query)) continue;
      const given = route.answers[Math.min(route.taken++, route.answers.length - 1)];
      if (given !== undefined) return { params: decoded(match.groups ?? {}), given };
    }
    return null;
  }

  /** The route that looks most like a request which none fits; null: there are no routes. */
  nearest(method: string, origin: string, path: string): string | null {
    return nearestText(
      this.#routes.map(({ name }) => name),
      (name) => (name.includes(' ') ? `${method} ` : '') + (name.includes('://') ? origin : '') + path,
    );
  }
}

function compile(name: string, route: MockRoute): CompiledRoute {
  const [, method = '*', origin = '', path = origin === '' ? '' : '/', query = ''] = form.exec(name) ?? [];
  return {
    name,
    method: method === '*' ? null : method.toUpperCase(),
    hasOrigin: origin !== '',
    pattern: patternOf(name, origin.toLowerCase() + path),
    query: new URLSearchParams(query),
    answers: Array.isArray(route) ? (route as readonly (MockAnswer | MockHandler)[]) : [route as MockAnswer],
    taken: 0,
  };
}

function patternOf(name: string, target: string): RegExp {
  const text = target
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replace(/\/:([a-z_]\w*)/gi, '/(?<$1>[^/]+)');
  try {
    if (text !== '') return new RegExp(`^${text}$`, 's');
  } catch {
    // The same name twice.
  }
  throw badValue('a route', 'a method and a path or URL, as in "GET /orders/:id"', name);
}

function holds(query: URLSearchParams, wanted: URLSearchParams): boolean {
  return Array.from(wanted).every(([name, value]) => query.getAll(name).includes(value));
}

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
