// Refuses options that there are not, where to pass them over would be worse than a missing wish: a pool of the wrong size,
// cleartext in place of TLS. A context may be given where options are: nothing is its own, and so nothing of it is looked at.

import { UsageError } from '../errors.ts';
import { badValue } from './bad-value.ts';

/**
 * @param known the options that there are, as keys
 * @param elsewhere what those of other libraries are called here, by their names in lower case without `_`
 * @param name of the option that has these
 * @throws UsageError `unknown_option`, `bad_option`
 */
export function refuseUnknown(
  options: object,
  known: Readonly<Record<string, unknown>>,
  elsewhere: Readonly<Record<string, string>> = {},
  name = 'the options',
): void {
  if (typeof options !== 'object' || options === null) throw badValue(name, 'an object', options);
  for (const given of Object.keys(options)) {
    if (Object.hasOwn(known, given)) continue;
    const meant = new Map(Object.entries(elsewhere)).get(given.toLowerCase().replaceAll('_', ''));
    const hint = meant === undefined ? `There are ${Object.keys(known).join(', ')}.` : `did you mean \`${meant}\`?`;
    throw new UsageError('unknown_option', `There is no option \`${given}\``, { hint });
  }
}
