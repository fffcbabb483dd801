// Errors on their way from a worker: what copying would lose (a code, a name of their own, causes) goes along as plain data.
// Nothing that is thrown may be lost, whatever it is.

import { messageOf } from '../concurrency/scopes/failures.ts';
import { CancelledError, DeadlineError, type ErrorCode, UsageError } from '../errors.ts';

/** What was thrown: an error, or any other value. */
export type PackedError =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause: PackedError | null;
      readonly errors: readonly PackedError[] | null;
      /** What else stands in it as a text, a number or a truth value: `code`, `status`, … */
      readonly facts: Readonly<Record<string, unknown>>;
    };

/** Causes of causes are followed so far: an error may be its own cause. */
const deepest = 8;

const builtIn: Readonly<Record<string, new (message: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

export function packError(error: unknown, depth = 0): PackedError {
  if (!(error instanceof Error)) return { kind: 'value', value: copyable(error) };
  const goesOn = depth < deepest;
  return {
    kind: 'error',
    name: error.name,
    message: messageOf(error),
    stack: typeof error.stack === 'string' ? error.stack : undefined,
    cause: goesOn && error.cause !== undefined ? packError(error.cause, depth + 1) : null,
    errors: goesOn && error instanceof AggregateError ? error.errors.map((part) => packError(part, depth + 1)) : null,
    facts: Object.fromEntries(Object.entries(error).filter(([, value]) => isPlain(value))),
  };
}

export function unpackError(packed: PackedError): unknown {
  if (packed.kind === 'value') return packed.value;
  const { name, message, stack, cause, errors, facts } = packed;
  const error = errors === null ? made(name, message, facts) : new AggregateError(errors.map(unpackError), message);
  Object.assign(error, facts);
  if (error.name !== name) define(error, 'name', name);
  define(error, 'stack', stack);
  if (cause !== null) define(error, 'cause', unpackError(cause));
  return error;
}

/** An error of the class that it had there, if that is known here. */
function made(name: string, message: string, { code }: Readonly<Record<string, unknown>>): Error {
  if (name === 'UsageError' && typeof code === 'string') return new UsageError(code as ErrorCode, message);
  if (code === 'cancelled') return new CancelledError(message);
  if (code === 'deadline') return new DeadlineError(message);
  return new (builtIn[name] ?? Error)(message);
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

function copyable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return messageOf(value);
  }
}
