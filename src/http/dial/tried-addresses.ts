// Says which addresses of a host were tried when no connection could be made. Node's error for several
// addresses has an empty message; each of its parts names one.

/** How many are named. */
const shown = 4;

/** ` (tried 10.0.0.1: ECONNREFUSED, 10.0.0.2: ETIMEDOUT)`; empty where the errors name none but `host` itself. */
export function triedAddresses(error: unknown, host: string): string {
  const tried = attempts(error).filter(({ address }) => address !== host && `[${address}]` !== host);
  if (tried.length === 0) return '';
  const named = tried.slice(0, shown).map(({ address, code }) => (code === '' ? address : `${address}: ${code}`));
  const more = tried.length > shown ? `, and ${tried.length - shown} more` : '';
  return ` (tried ${named.join(', ')}${more})`;
}

function attempts(error: unknown): { address: string; code: string }[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof AggregateError) return error.errors.flatMap(attempts);
  if ('address' in error && typeof error.address === 'string') {
    return [{ address: error.address, code: 'code' in error ? String(error.code) : '' }];
  }
  return attempts(error.cause);
}
