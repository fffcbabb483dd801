// The error of everything that goes wrong at a proxy: an error of its own, since it says nothing of the
// target. Never shows credentials.

/** The proxy did not do what was asked of it. `message` is a sentence without credentials. */
export class ProxyProblem extends Error {
  readonly code = 'PROXY_PROBLEM';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}
