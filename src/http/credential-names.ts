// Which names are those of credentials: of headers, of parameters in a query or form, of fields in JSON.
// The one list there is. What is not to be shown, kept or sent elsewhere is decided by it.
//
// Invariant: it errs on the side of too much. A masked page token is a nuisance, a shown password is not.

/** Finds the name of a credential in any text. An `author` is none, an `authorization` is one. */
export const credentialName =
  /auth(?!or(?!i[sz]))|cookie|token|secret|passw|passphrase|pwd|credential|session|signature|bearer|(?:api|access|private|subscription|signing|license)[-_ ]?key|(?<![a-z])(?:key|sig|jwt|pass|pw)(?![a-z])/i;
const camelCaseKey = /[a-z]Key(?![a-z])/;

/** A quick test of a text that holds many names: whether one of them may be a credential's. */
export function mayNameCredential(text: string): boolean {
  return credentialName.test(text) || camelCaseKey.test(text);
}

/**
 * Whether what has this name is likely to be a secret.
 *
 * @param idempotencyHeader the header of the idempotency key, which is no secret although its name says key
 */
export function namesCredential(name: string, idempotencyHeader = 'idempotency-key'): boolean {
  if (!mayNameCredential(name)) return false;
  const lower = name.toLowerCase();
  return lower !== idempotencyHeader.toLowerCase() && !lower.includes('idempoten');
}
