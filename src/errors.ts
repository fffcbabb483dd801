// Every error that manyfetch can report: one tree, one table of codes.
//
//   ManyfetchError            code, message that names the value, hint that says what to do
//   ├─ UsageError             a bad option or input: nothing was sent            exit 2
//   ├─ RecordError            one record cannot be sent: its result is `failed`  exit 1
//   ├─ CancelledError         somebody stopped it                                exit 1
//   ├─ DeadlineError          it was not done in time                            exit 1
//   ├─ TransportError         one attempt failed between us and the server       exit 1
//   ├─ WorkerError            what worked on a task died (executors/)            exit 2
//   └─ DiskError              results can no longer be recorded: the run stops   exit 4
//
// Policy (what is retried, what counts as congestion) lives in `retry/`, not here.

/** What kind of place a code belongs to; decides the exit code and, for attempts, `--retry-on`. */
export type ErrorFamily = 'usage' | 'record' | 'answer' | 'network' | 'timeout' | 'disk';

/** Every code, with its family and its meaning. docs/errors.md is held to this table by a test. */
export const errorCodes = {
  bad_option: ['usage', 'an option has a value that it does not take'],
  unknown_option: ['usage', 'there is no option or command of this name'],
  bad_input: ['usage', 'the input file cannot be read as what it is said to be'],
  no_such_file: ['usage', 'a file or folder that is needed does not exist'],
  unreadable: ['usage', 'a file cannot be opened'],
  output_exists: ['usage', 'the output exists and is not a run of ours'],
  input_changed: ['usage', 'the input is not the one that the run began with'],
  options_changed: ['usage', 'options that shape the requests differ from those that the run began with'],
  run_locked: ['usage', 'another process is working on this output'],
  no_control: ['usage', 'there is no run at these results that can be controlled from here'],
  bad_command: ['usage', 'a run was told something that it does not understand'],
  mock_failed: ['usage', 'a mock or a recording has no answer for this request'],
  journal_version: ['usage', 'the journal was written by a newer manyfetch'],
  journal_damaged: ['usage', 'the journal cannot be read'],
  queue_closed: ['usage', 'a queue was closed, and nothing can be put or got any more'],
  barrier_broken: ['usage', 'a barrier was aborted or reset while tasks waited at it'],
  client_closed: ['usage', 'a client was used after it was closed, or was closed while it was used'],
  body_used: ['usage', 'the body of an answer, which can be read once, was asked for again'],
  stream_state: ['usage', 'a connection was used after it was closed, or read by two at once'],
  listen_failed: ['usage', 'a server cannot listen at this address'],
  task_state: ['usage', 'a task was asked for what it does not have yet, or a scope that has ended was asked to work'],
  not_self_contained: ['usage', 'a function that was sent to a worker uses what exists only where it was written'],
  worker_died: ['usage', 'the thread or process that worked on a task is gone'],

  bad_record: ['record', 'the record cannot be read, or is not what a request can be made of'],
  record_too_large: ['record', 'the record is larger than --max-record-bytes'],
  missing_field: ['record', 'a template names a field that the record does not have'],
  bad_url: ['record', 'the URL cannot be requested'],
  bad_header: ['record', 'a header name or value has characters that may not be sent'],
  bad_method: ['record', 'the method is not a token that HTTP allows'],
  map_failed: ['record', 'the map module threw for this record'],
  body_not_repeatable: ['record', 'the body of a request had to be sent again, and is a stream that was read'],

  http_status: ['answer', 'the server answered with a status that is not in --success'],
  too_many_redirects: ['answer', 'more redirects than --redirects allows'],
  bad_redirect: ['answer', 'a redirect leads to a place that cannot be requested'],
  body_too_large: ['answer', 'the answer is larger than --max-body-bytes'],
  bad_encoding: ['answer', 'the content encoding of the answer cannot be undone'],
  callback_error: ['answer', 'what a program gave to be called with a result threw'],
  line_too_long: ['answer', 'a line, an event or a message is longer than was allowed'],
  response_lost: ['answer', 'the request may have been carried out, and its answer was lost'],
  origin_down: ['answer', 'the origin was down as a whole for longer than --outage and --max-outage let a record wait'],
  wait_too_long: ['answer', 'the server asked for a longer wait than --max-wait allows'],

  dns_failed: ['network', 'the host name could not be resolved'],
  connect_refused: ['network', 'nothing accepts connections there'],
  connect_failed: ['network', 'no connection could be made'],
  tls_failed: ['network', 'the TLS handshake or the certificate failed'],
  proxy_failed: ['network', 'the proxy did not let the request through'],
  connection_reset: ['network', 'the connection was reset'],
  connection_closed: ['network', 'the server closed the connection before it answered'],
  incomplete_read: ['network', 'a connection ended before all had come that was to be read'],
  body_cut: ['network', 'the connection ended in the middle of the answer'],
  protocol_error: ['network', 'what came back is not HTTP'],
  headers_too_large: ['network', 'the header section of the answer is too large'],
  local_limit: ['network', 'this machine has no file descriptor, port or buffer left'],
  cancelled: ['network', 'the run, the scope or the task was stopped before this was done'],

  connect_timeout: ['timeout', 'no connection within --connect-timeout'],
  timeout: ['timeout', 'no complete answer within --timeout'],
  deadline: ['timeout', 'what had to be done within a time was not done in it, and was stopped'],
  queue_timeout: ['timeout', 'the limits of a client let a request wait for longer than queueTimeoutMs'],

  disk_full: ['disk', 'there is no space left for the results'],
  disk_failed: ['disk', 'results cannot be written'],
} as const satisfies Record<string, readonly [ErrorFamily, string]>;

/** A stable name for what went wrong. */
export type ErrorCode = keyof typeof errorCodes;

/** The family that a code belongs to. */
export function familyOf(code: ErrorCode): ErrorFamily {
  return errorCodes[code][0];
}

/** Further facts of an error. */
export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The root of every error that manyfetch reports: a `code` that stays the same, a message that names the value, and a hint that says
 * what to do, or null.
 *
 * @example
 * import { fetchMany, ManyfetchError } from 'manyfetch';
 *
 * try {
 *   fetchMany(['http://127.0.0.1:8080/'], { concurrency: 0 });
 * } catch (error) {
 *   if (error instanceof ManyfetchError) console.log(error.name, error.code); // prints UsageError bad_option
 * }
 */
export class ManyfetchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint ?? null;
  }
}

/** A bad option, file or input. Nothing was sent. */
export class UsageError extends ManyfetchError {}

/** One record cannot become a request. The others go on. */
export class RecordError extends ManyfetchError {}

/**
 * Why something was cancelled, if whoever cancelled it gave no reason. Its `cause` is the failure that made it necessary, if one did.
 * It is called as what the platform throws when a signal aborts, so that code which looks for that finds it.
 *
 * @example
 * import { CancelledError } from 'manyfetch';
 *
 * const error = new CancelledError('nobody needs it any more');
 * console.log(error.name, error.code); // prints AbortError cancelled
 */
export class CancelledError extends ManyfetchError {
  override readonly name = 'AbortError';

  constructor(message: string, details: ErrorDetails = {}) {
    super('cancelled', message, details);
  }
}

/**
 * Something took longer than it was given. It is called as the reason of `AbortSignal.timeout`.
 *
 * @example
 * import { DeadlineError } from 'manyfetch';
 *
 * const error = new DeadlineError('not done within 2 s');
 * console.log(error.name, error.code); // prints TimeoutError deadline
 */
export class DeadlineError extends ManyfetchError {
  override readonly name = 'TimeoutError';

  constructor(message: string, details: ErrorDetails = {}) {
    super('deadline', message, details);
  }
}

/** Results cannot be recorded any more. The run stops and can be resumed. */
export class DiskError extends ManyfetchError {}

/** What is known about how far an exchange had come when it failed. */
export interface ExchangeFacts extends ErrorDetails {
  /** A byte of the request may have left this machine. */
  readonly sent: boolean;
  /** A byte of an answer arrived. */
  readonly answered: boolean;
  /** The connection had already carried an earlier request. */
  readonly reused: boolean;
  /** What the system calls it. */
  readonly systemCode?: string;
}

/**
 * One attempt failed between us and the server.
 *
 * @example
 * import { TransportError } from 'manyfetch';
 *
 * const facts = { sent: true, answered: false, reused: false, systemCode: 'ECONNRESET' };
 * const error = new TransportError('connection_reset', 'the connection was reset', facts);
 * console.log(error.code, error.systemCode, error.sent); // prints connection_reset ECONNRESET true
 */
export class TransportError extends ManyfetchError {
  readonly sent: boolean;
  readonly answered: boolean;
  readonly reused: boolean;
  /** What the system calls it (`EMFILE`, `EAI_AGAIN`): finer than `code`; null if it has no name for it. */
  readonly systemCode: string | null;

  constructor(code: ErrorCode, message: string, facts: ExchangeFacts) {
    super(code, message, facts);
    this.sent = facts.sent;
    this.answered = facts.answered;
    this.reused = facts.reused;
    this.systemCode = facts.systemCode ?? null;
  }
}
