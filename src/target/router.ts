// Leads each request to its route and has it counted at arrival and at its end. It answers itself only
// what no route does: an unknown path, and requests beyond the service's own rate.
// Statistics are served beside all that: asking for them changes no count.

import type { IncomingMessage, ServerResponse } from 'node:http';

import { createApi, type ApiOptions } from './api-mode.ts';
import { Call, type Destination } from './call.ts';
import { readBody } from './read-body.ts';
import { allRoutes } from './routes/all-routes.ts';
import { tooManyRequests } from './routes/refuse.ts';
import type { Route } from './route.ts';
import type { Service } from './service.ts';
import { TokenBucket } from './token-bucket.ts';
import { whenOver } from './when-over.ts';

/** Where the service's own paths stand while it plays an API. They answer there at any time. */
export const ownPrefix = '/__target';

/** What the router needs to know. */
export interface RouterOptions {
  readonly api: ApiOptions | null;
  /** Requests per second that are accepted; null: any. */
  readonly rate: number | null;
}

/** Answers requests. */
export type Router = (request: IncomingMessage, response: ServerResponse) => void;

/** Makes a router with fresh state. */
export function createRouter(service: Service, options: RouterOptions): Router {
  const routes = new Map<string, Route>();
  for (const route of allRoutes(service)) routes.set(firstSegment(route.path), route);
  const api: Route | null = options.api === null ? null : apiRoute(options.api, service.seed);
  const { clock, counters } = service;
  const bucket = options.rate === null ? null : new TokenBucket(options.rate, Math.max(1, options.rate), clock.now());

  return (request, response) => {
    const destination = destinationOf(request.url ?? '/');
    const call = new Call(request, response, service, destination);
    const isOwn = api === null || destination.base !== '';
    const route = isOwn ? (routes.get(firstSegment(destination.path)) ?? notFound) : api;
    if (route.path === '/stats') {
      readBody(call, false, () => route.handle(call));
      return;
    }
    const { 'idempotency-key': key, 'x-record': record } = request.headers;
    const tally = counters.arrived(clock.now(), call.method, call.countedPath, single(key), single(record));
    whenOver(call, (completed) => {
      call.closed();
      counters.left(tally, completed);
    });
    const waitMs = bucket === null ? 0 : bucket.take(clock.now());
    readBody(call, route.keepsBody === true, () => (waitMs > 0 ? tooManyRequests(call, waitMs) : route.handle(call)));
  };
}

const notFound: Route = {
  path: '',
  about: '',
  handle(call) {
    call.json(404, {
      error: 'not_found',
      message: `there is no ${call.destination.path} here`,
      hint: `GET ${call.destination.base}/ lists the paths`,
    });
  },
};

function apiRoute(options: ApiOptions, seed: number): Route {
  return { path: '*', about: 'an API', keepsBody: true, handle: createApi(options, seed) };
}

function destinationOf(url: string): Destination {
  // A client that takes us for a proxy sends the whole URL (RFC 9112, 3.2.2).
  const target = url.startsWith('http://') ? url.slice(Math.max(url.indexOf('/', 7), 0)) : url;
  const mark = target.indexOf('?');
  const whole = mark === -1 ? target : target.slice(0, mark);
  const base = whole === ownPrefix || whole.startsWith(`${ownPrefix}/`) ? ownPrefix : '';
  return { base, path: whole.slice(base.length) || '/', search: mark === -1 ? '' : target.slice(mark + 1) };
}

/** `/delay` of `/delay/3`. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path : path.slice(0, end);
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}
