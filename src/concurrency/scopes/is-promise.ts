// What can be awaited, whoever made it: what callers give, and what their functions return, need not be a native promise.

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
