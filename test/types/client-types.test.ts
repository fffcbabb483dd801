// The types of the client that its users see: what it takes, what it gives, and what may be put in the place of its parts. The
// compiler judges this file (library-types.test.ts has it do so).

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { expectTypeOf, test } from 'vitest';
import type {
  AnyResponse,
  Auth,
  Authorize,
  BodyInput,
  Client,
  ClientHooks,
  ClientOptions,
  ClientResponse,
  CookieJar,
  digestAuth,
  filePart,
  ManyfetchError,
  mockTransport,
  MultipartParts,
  RequestOptions,
  ResponseError,
  ResponsePromise,
  ServerSentEvent,
  StreamedResponse,
  streamPart,
  Timings,
  Transport,
} from '../../src/index.ts';

declare const client: Client;
const untyped = () => client.get('/').then((response) => response.json());
const typed = async () => (await client.post('/', { json: { id: 1 } })).json<{ id: string }>();
const bodies = () => [client.get('/').json(), client.get('/').text(), client.get('/').bytes()] as const;
const typedBody = () => client.get('/').json<{ id: string }>();
const chained = async () => (await client.get('/')).raiseForStatus().status;
const streamed = async () => client.stream('GET', '/');

async function* pieces() {
  yield 'text';
  yield new Uint8Array(1);
}

test('methods give whole answers, a stream gives its head', () => {
  expectTypeOf<Client['get']>().returns.resolves.toEqualTypeOf<ClientResponse>();
  expectTypeOf<Client['put']>().parameters.toEqualTypeOf<[url: string | URL, options?: RequestOptions | undefined]>();
  expectTypeOf(untyped).returns.resolves.toEqualTypeOf<unknown>();
  expectTypeOf(typed).returns.resolves.toEqualTypeOf<{ id: string }>();
  expectTypeOf(chained).returns.resolves.toEqualTypeOf<number>();
  expectTypeOf(bodies).returns.toEqualTypeOf<readonly [Promise<unknown>, Promise<string>, Promise<Uint8Array>]>();
  expectTypeOf(typedBody).returns.resolves.toEqualTypeOf<{ id: string }>();
  expectTypeOf<ResponsePromise>().toExtend<Promise<ClientResponse>>();
  expectTypeOf(streamed).returns.resolves.toEqualTypeOf<StreamedResponse>();
  expectTypeOf<StreamedResponse['body']>().toExtend<AsyncIterable<Uint8Array>>();
  expectTypeOf<StreamedResponse['lines']>().returns.toExtend<AsyncIterable<string>>();
  expectTypeOf<StreamedResponse['events']>().returns.toExtend<AsyncIterable<ServerSentEvent>>();
  expectTypeOf<ClientResponse | StreamedResponse>().toExtend<AnyResponse>();
  expectTypeOf<AnyResponse['history']>().toEqualTypeOf<readonly AnyResponse[]>();
});

test('clients and streams end with their block', () => {
  expectTypeOf<Client | StreamedResponse>().toExtend<AsyncDisposable>();
});

test('bodies are texts, bytes, streams of any kind, and what makes them', () => {
  expectTypeOf<string | Uint8Array | Buffer | Blob | URLSearchParams>().toExtend<BodyInput>();
  expectTypeOf<ReadableStream<Uint8Array> | Readable>().toExtend<BodyInput>();
  expectTypeOf(pieces()).toExtend<BodyInput>();
  expectTypeOf(pieces).toExtend<BodyInput>();
  expectTypeOf(() => createReadStream('file')).toExtend<BodyInput>();
  expectTypeOf<ReturnType<typeof filePart | typeof streamPart>>().toExtend<BodyInput>();
  expectTypeOf<{ id: number }>().not.toExtend<BodyInput>();
  expectTypeOf<AsyncGenerator<number>>().not.toExtend<BodyInput>();
});

test('forms are objects, pairs, and what the platform has for them', () => {
  type Form = NonNullable<RequestOptions['form']>;
  expectTypeOf<{ a: string; b: number; c: string[]; d: boolean }>().toExtend<Form>();
  expectTypeOf<URLSearchParams | Map<string, string> | FormData>().toExtend<Form>();
  expectTypeOf<{ a: { b: string } }>().not.toExtend<Form>();
  expectTypeOf<{
    a: string;
    file: ReturnType<typeof filePart>;
    blob: Blob;
    stream: ReturnType<typeof streamPart>;
  }>().toExtend<MultipartParts>();
  expectTypeOf<FormData>().toExtend<MultipartParts>();
});

test('options that are wrong are refused', () => {
  expectTypeOf<{ retries: string }>().not.toExtend<RequestOptions>();
  expectTypeOf<{ timeoutMs: string }>().not.toExtend<ClientOptions>();
  expectTypeOf<{ http: '3' }>().not.toExtend<ClientOptions>();
  expectTypeOf<{ timeoutMs: null; signal: AbortSignal }>().toExtend<RequestOptions>();
});

test('parts can be replaced', () => {
  expectTypeOf<ReturnType<typeof mockTransport>>().toExtend<Transport>();
  expectTypeOf<Transport>().toExtend<NonNullable<ClientOptions['transport']>>();
  expectTypeOf<CookieJar>().toExtend<NonNullable<ClientOptions['cookies']>>();
  expectTypeOf<ReturnType<typeof digestAuth>>().toExtend<Auth>();
  expectTypeOf<(request: { method: string; url: string }) => Promise<string>>().toExtend<Authorize>();
  expectTypeOf<(response: AnyResponse) => 'retry' | undefined>().toExtend<ClientHooks['afterResponse']>();
});

test('what did not happen has no time, and what is thrown has its answer', () => {
  expectTypeOf<Timings['dnsMs']>().toEqualTypeOf<number | null>();
  expectTypeOf<ResponseError>().toExtend<ManyfetchError>();
  expectTypeOf<ResponseError['response']>().toEqualTypeOf<AnyResponse>();
});
