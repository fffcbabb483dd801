// Reads the name of a header that tells of a quota in one of the families without a standard: which quota
// it is about, and which of its figures the value is. Names only; values are read elsewhere.

/** What a quota counts: requests; what the user's costs are counted in (tokens); or something else. */
export type QuotaUnit = 'requests' | 'cost' | 'other';

/** Which figure: `scope` names the bucket that the others are of. */
export type QuotaRole = 'limit' | 'remaining' | 'reset' | 'reset-after' | 'scope';

export interface QuotaField {
  /** Headers of the same group tell of the same quota. */
  readonly group: string;
  readonly role: QuotaRole;
  readonly unit: QuotaUnit;
}

const families = [
  ['x-ratelimit-', 'x-ratelimit'],
  ['x-rate-limit-', 'x-ratelimit'],
  ['anthropic-ratelimit-', 'anthropic-ratelimit'],
  ['ratelimit-', 'ratelimit'],
] as const;
const figures = ['limit', 'remaining', 'reset'] as const;
/** GitHub has one quota a resource, Discord one a bucket. */
const scopes = new Set(['resource', 'bucket']);
const requestNames = new Set(['request', 'requests', 'req', 'second', 'minute', 'hour', 'day', 'month']);

/**
 * What a header tells of a quota; null if nothing.
 * @example readQuotaField('x-ratelimit-remaining-tokens') // { group: 'x-ratelimit-tokens', role: 'remaining', unit: 'cost' }
 */
export function readQuotaField(name: string): QuotaField | null {
  const family = families.find(([prefix]) => name.startsWith(prefix));
  if (family === undefined) return null;
  const rest = name.slice(family[0].length);
  const group = family[1];
  if (scopes.has(rest)) return { group, role: 'scope', unit: 'requests' };
  if (rest === 'reset-after') return { group, role: rest, unit: 'requests' };
  for (const role of figures) {
    if (rest === role) return { group, role, unit: 'requests' };
    if (rest.startsWith(`${role}-`)) return named(group, rest.slice(role.length + 1), role);
    if (rest.endsWith(`-${role}`)) return named(group, rest.slice(0, -role.length - 1), role);
  }
  return null;
}

function named(group: string, name: string, role: QuotaRole): QuotaField {
  const unit = name.includes('token') ? 'cost' : requestNames.has(name) ? 'requests' : 'other';
  return { group: `${group}-${name}`, role, unit };
}
