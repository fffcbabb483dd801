// Makes an answer of an exchange that has brought one, as a caller will see it.

import type { AnyResponse } from '../response/any-response.ts';
import { ClientResponse } from '../response/client-response.ts';
import { StreamedResponse } from '../response/streamed-response.ts';
import type { CallSettings } from './call-settings.ts';
import { decodedBody } from './decoded-body.ts';
import type { Interruption } from './interruption.ts';
import type { Sending } from './sending.ts';
import { sendingTimings } from './sending-timings.ts';

/** What of its call an answer tells. */
export interface AnswerStory {
  readonly history: readonly AnyResponse[];
  readonly attempts: number;
  readonly startedMs: number;
  readonly queuedMs: number;
}

/** @throws TransportError for a body that cannot be decoded; the reason of the interruption */
export async function responseOf(
  sending: Sending,
  { history, attempts, startedMs, queuedMs }: AnswerStory,
  { decompress, maxBodyBytes }: CallSettings,
  interruption: Interruption,
): Promise<ClientResponse | StreamedResponse> {
  const { headers: section, reason: statusText, request, status, stream, version: httpVersion } = sending;
  const facts = {
    status,
    statusText,
    httpVersion,
    section,
    method: request.method,
    url: request.origin + request.path,
    shownUrl: request.shownUrl,
    history,
    attempts,
    timings: sendingTimings(sending, startedMs, queuedMs),
  };
  if (stream !== null) return new StreamedResponse(facts, { stream, decompress, maxBodyBytes });
  const body = decodedBody(sending, decompress, maxBodyBytes);
  return new ClientResponse(facts, body instanceof Promise ? await interruption.waitFor(body) : body);
}
