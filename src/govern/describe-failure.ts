// Says in a few words what an origin does that is down: for displays. Texts only.

import type { ErrorCode } from '../errors.ts';

const byCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  connect_refused: 'connection refused',
  connect_failed: 'it cannot be reached',
  connect_timeout: 'no connection in time',
  dns_failed: 'its name cannot be resolved',
  proxy_failed: 'the proxy lets nothing through',
  connection_reset: 'connections are reset',
  connection_closed: 'connections are closed without an answer',
  body_cut: 'answers are cut off',
  timeout: 'no answer in time',
};

/**
 * What happens at an origin that fails as a whole.
 * @example describeFailure(null, 503) // 'it answers 503'
 */
export function describeFailure(code: ErrorCode | null, status: number | null): string {
  if (status !== null) return `it answers ${status}`;
  return code === null ? 'no answer' : (byCode[code] ?? code.replaceAll('_', ' '));
}
