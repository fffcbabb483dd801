// What is public, sorted; no logic. What is not listed here may change at any time.

export type { BatchOptions } from './batch/options/batch-options.ts';
export type { ClientHooks, OutgoingRequest, RetryEvent } from './client/client-hooks.ts';
export type {
  BodyChunk,
  BodyInput,
  ClientOptions,
  RequestOptions,
  SharedRequestOptions,
} from './client/client-options.ts';
export { Client } from './client/client.ts';
export type { FetchManyOptions } from './client/fetch-many/fetch-many-options.ts';
export { fetchMany } from './client/fetch-many/fetch-many.ts';
export type { FetchProgress } from './client/fetch-many/fetch-progress.ts';
export type { ResultStream } from './client/fetch-many/result-stream.ts';
export type { AttemptReport } from './client/governor/attempt-report.ts';
export type { GatePermits, GatePermitsStatistics } from './client/governor/gate-permits.ts';
export {
  Governor,
  type GovernorLimits,
  type GovernorOptions,
  type GovernorStatistics,
} from './client/governor/governor.ts';
export { HarRecorder, type HarRecorderOptions, type HarRecorderStatistics } from './client/har/har-recorder.ts';
export type { RecordedExchange } from './client/har/recorded-exchange.ts';
export type { ResultHook } from './client/hook/result-hook.ts';
export type { HeadersInput, RequestInput, Source, SourceItem } from './client/request-input.ts';
export type { AnyResponse } from './client/response/any-response.ts';
export { ClientResponse } from './client/response/client-response.ts';
export { ResponseError } from './client/response/response-error.ts';
export { ResponseHeaders } from './client/response/response-headers.ts';
export type { ResponsePromise } from './client/response/response-promise.ts';
export { StreamedResponse } from './client/response/streamed-response.ts';
export type { Timings } from './client/response/timings.ts';
export type {
  BatchResult,
  FailedResult,
  NotOkResult,
  OkResult,
  Result,
  ResultError,
  SkippedResult,
  UnknownResult,
} from './client/result.ts';
export { type BatchOutcome, type BatchProgress, runBatch, type RunBatchOptions } from './client/run-batch.ts';
export type { ClientStatistics } from './client/session/session.ts';
export { asCompleted, type Completed } from './concurrency/as-completed.ts';
export { Barrier } from './concurrency/barrier.ts';
export type { Clock, TimerHandle } from './concurrency/clock.ts';
export { Event } from './concurrency/event.ts';
export {
  gather,
  type Gathered,
  type GatherOptions,
  gatherOutcomes,
  type GatherOutcomesOptions,
} from './concurrency/gather.ts';
export { type AcquireOptions, type Permit, PermitSource } from './concurrency/limits/permit-source.ts';
export { mapOrdered } from './concurrency/map-ordered.ts';
export { mapUnordered } from './concurrency/map-unordered.ts';
export { Queue, type QueueStatistics, type WaitOptions } from './concurrency/queue.ts';
export { any, race, type RaceOptions } from './concurrency/race.ts';
export { RateLimit, type RateLimitOptions, type RateLimitStatistics, type RealCost } from './concurrency/rate-limit.ts';
export { openScope, scope, type Scope, type TaskContext, type Work } from './concurrency/scope.ts';
export type { Gatherable, NamedWorks } from './concurrency/scopes/gathering.ts';
export type {
  ErrorPolicy,
  ScopeOptions,
  ScopeStatistics,
  ShieldOptions,
  SpawnOptions,
} from './concurrency/scopes/scope-options.ts';
export { Semaphore, type SemaphoreStatistics } from './concurrency/semaphore.ts';
export { shield } from './concurrency/shield.ts';
export { sleep, type SleepOptions } from './concurrency/sleep.ts';
export type { ItemContext } from './concurrency/sources/item-context.ts';
export type { MapFunction, MapOptions, MapSource, MapStream } from './concurrency/sources/map-stream.ts';
export { type Outcome, Task, type TaskState } from './concurrency/task.ts';
export { timeout, type TimeoutOptions } from './concurrency/timeout.ts';
export { wait, type Waited, type WaitForOptions } from './concurrency/wait.ts';
export { connectControl, type RemoteRun } from './control/connect-control.ts';
export type { ControlledRun, OriginStatus, RunChange, RunStatus, WaitingFor } from './control/controlled-run.ts';
export {
  CancelledError,
  DeadlineError,
  DiskError,
  type ErrorCode,
  errorCodes,
  type ErrorDetails,
  type ErrorFamily,
  type ExchangeFacts,
  ManyfetchError,
  RecordError,
  TransportError,
  UsageError,
} from './errors.ts';
export type { WaitReason } from './govern/gate.ts';
export type { Auth, Authorize, AuthRequest } from './http/auth/auth.ts';
export { basicAuth } from './http/auth/basic-auth.ts';
export { bearerAuth, type TokenSource } from './http/auth/bearer-auth.ts';
export { digestAuth } from './http/auth/digest-auth.ts';
export type { BodySource } from './http/body-source.ts';
export type { ByteString } from './http/byte-string.ts';
export type { CookiesInput } from './http/cookies/cookie-header.ts';
export {
  type CookieAttributes,
  CookieJar,
  type CookieJarJson,
  type CookieJarOptions,
  type CookieJarStatistics,
} from './http/cookies/cookie-jar.ts';
export type { StoredCookie } from './http/cookies/stored-cookie.ts';
export type { ExchangeTimes } from './http/exchange-times.ts';
export { filePart, type FilePart, type PartLabel } from './http/forms/file-part.ts';
export { formBody, type FormBody, type FormFields } from './http/forms/form-body.ts';
export type { FieldValue } from './http/forms/form-fields.ts';
export {
  multipartBody,
  type MultipartBody,
  type MultipartParts,
  type MultipartSource,
  type PartValue,
} from './http/forms/multipart-body.ts';
export { type PartStream, streamPart, type StreamPart, type StreamPartLabel } from './http/forms/stream-part.ts';
export type {
  Har,
  HarContent,
  HarEntry,
  HarField,
  HarLog,
  HarPostData,
  HarRequest,
  HarResponse,
  HarTimings,
} from './http/har/har.ts';
export type { MockAnswer, MockHandler } from './http/mock/mock-answer.ts';
export type { MockRequest } from './http/mock/mock-request.ts';
export type { MockRoute, MockRoutes } from './http/mock/mock-routes.ts';
export { type MockOptions, mockTransport, type MockTransport } from './http/mock/mock-transport.ts';
export { type RecordedRequest, type ReplayOptions, replayTransport } from './http/mock/replay-transport.ts';
export type { EventsOptions, ServerSentEvent } from './http/reading/events-of.ts';
export type { LinesOptions } from './http/reading/lines-of.ts';
export type { HttpRequest, RequestBody } from './http/request.ts';
export type {
  Exchange,
  HttpVersion,
  ResponseHandler,
  SendOptions,
  Transport,
  TransportStatistics,
} from './http/transport.ts';
export type { FailureCount } from './report/failure-tally.ts';
export type { Percentiles } from './report/histogram.ts';
export type { OriginWait } from './report/run-events.ts';
export type { Ending, Summary } from './report/run-summary.ts';
export type { SettledCounts, ShownWait, Statistics } from './report/statistics.ts';
export { Connection } from './streams/connection.ts';
export { IncompleteReadError } from './streams/incomplete-read-error.ts';
export { openConnection, type OpenConnectionOptions } from './streams/open-connection.ts';
export type { ConnectionContext, ConnectionHandler, StartServerOptions } from './streams/server-options.ts';
export type { ServerTlsOptions } from './streams/server-tls.ts';
export { startServer } from './streams/start-server.ts';
export type { ClientTlsOptions, StartTlsOptions } from './streams/start-tls.ts';
export type {
  CloseConnectionOptions,
  ReadUntilOptions,
  StreamAddress,
  StreamLimits,
  StreamWaitOptions,
} from './streams/stream-options.ts';
export { type CloseServerOptions, StreamServer, type StreamServerStatistics } from './streams/stream-server.ts';
