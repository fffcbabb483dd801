// The plainest HTTP client there is, for tests of servers: one request, one new connection, nothing
// followed, decoded or retried. It never rejects: how the exchange ended is part of what it tells.

import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What may be asked for besides the URL. Certificates and agents are Node's own options. */
export interface AskOptions extends RequestOptions {
  readonly body?: string | Uint8Array;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** How an exchange went. */
export interface Asked {
  /** Null if no head came. */
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  /** What came of it. */
  readonly body: Buffer;
  /** Node's code of what went wrong, e.g. `ECONNRESET`; null if the answer is whole. */
  readonly error: string | null;
}

/** Sends a request and collects what comes. */
export async function ask(url: string, options: AskOptions = {}): Promise<Asked> {
  const { body, ...rest } = options;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve) => {
    let head: IncomingMessage | null = null;
    const chunks: Buffer[] = [];
    const settle = (error: string | null): void =>
      resolve({ status: head?.statusCode ?? null, headers: head?.headers ?? {}, body: Buffer.concat(chunks), error });
    const onError = (error: NodeJS.ErrnoException): void => settle(error.code ?? error.message);
    const request = send(url, { agent: false, ...rest }, (response) => {
      head = response;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => settle(null));
      response.on('error', onError);
    });
    request.on('error', onError);
    request.end(body);
  });
}

/** The same, with the body as JSON. */
export async function askJson(url: string, options: AskOptions = {}): Promise<Record<string, unknown>> {
  const { status, body, error } = await ask(url, options);
  if (error !== null || status === null) throw new Error(`${url} ended with ${error ?? 'nothing'}`);
  return JSON.parse(body.toString()) as Record<string, unknown>;
}
