// Shows a request to the hook that wants to see it, and takes what the hook made of it.

import { allHeaders } from '../../http/request.ts';
import type { ClientHooks, OutgoingRequest } from '../client-hooks.ts';
import type { Interruption } from './interruption.ts';
import type { PlannedRequest, RequestPlanner } from './planned-request.ts';

/** @throws what the hook throws; RecordError for what cannot be sent */
export async function hookedRequest(
  planned: PlannedRequest,
  hook: NonNullable<ClientHooks['beforeRequest']>,
  attempt: number,
  planner: RequestPlanner,
  interruption: Interruption,
): Promise<PlannedRequest> {
  const { request, body } = planned;
  const headers = new Headers();
  const all = allHeaders(request);
  for (let at = 0; at < all.length; at += 2) headers.append(all[at] ?? '', all[at + 1] ?? '');
  const url = request.origin + request.path;
  const outgoing: OutgoingRequest = { method: request.method, url, headers, body: body.held, attempt };
  await interruption.waitFor(hook(outgoing));
  return planner.replanned(planned, outgoing.method, outgoing.url, headers);
}
