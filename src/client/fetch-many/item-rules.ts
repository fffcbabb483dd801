// What an item may want otherwise than the options say: how often it is tried again, which redirects and statuses
// it takes, and as whom it is sent. It checks them; their faults are the item's alone. Credentials stand in no message.

import { parseStatusSet } from '../../batch/options/status-set.ts';
import type { StatusSet } from '../../batch/options/status-set.ts';
import { RecordError, UsageError } from '../../errors.ts';
import { basic } from '../../plan/header-plan.ts';
import { headerValueTrouble } from '../../plan/header-rules.ts';
import type { RequestRules } from '../../plan/planner.ts';

type Item = Readonly<Record<string, unknown>>;

export class ItemRules {
  /** The list that was read last: most items that have one have the same. */
  #text = '';
  #statuses: StatusSet | null = null;

  /** Undefined: it wants nothing otherwise. @throws {RecordError} `bad_record` */
  of(item: Item): RequestRules | undefined {
    const retries = countOf(item, 'retries');
    const redirects = countOf(item, 'redirects');
    const success = this.#successOf(item['success']);
    if (retries === undefined && redirects === undefined && success === undefined) return undefined;
    return {
      ...(retries === undefined ? {} : { retries }),
      ...(redirects === undefined ? {} : { redirects }),
      ...(success === undefined ? {} : { success }),
    };
  }

  #successOf(text: unknown): StatusSet | undefined {
    if (text === undefined || text === null) return undefined;
    if (this.#statuses !== null && text === this.#text) return this.#statuses;
    if (typeof text !== 'string') throw wrong('success', 'a list of statuses such as 2xx,404', kindOf(text));
    try {
      this.#statuses = parseStatusSet(text);
    } catch (error) {
      if (error instanceof UsageError) throw wrong('success', 'a list of statuses such as 2xx,404', shown(text));
      throw error;
    }
    this.#text = text;
    return this.#statuses;
  }
}

/** The header `authorization` that an item asks for; null: none. @throws {RecordError} `bad_record` */
export function authorizationOf(item: Item): string | null {
  const { user, bearer } = item;
  if (user !== undefined && user !== null) {
    if (bearer !== undefined && bearer !== null)
      throw new RecordError('bad_record', 'the request has both "user" and "bearer"', {
        hint: 'Leave one of them out.',
      });
    if (typeof user !== 'string' || !user.includes(':'))
      throw wrong('user', 'name:password', typeof user === 'string' ? 'a text without ":"' : kindOf(user));
    return basic(user);
  }
  if (bearer === undefined || bearer === null) return null;
  if (typeof bearer !== 'string' || bearer.trim() === '' || headerValueTrouble(bearer) !== null)
    throw wrong('bearer', 'a token, one line of ASCII text', typeof bearer === 'string' ? 'none' : kindOf(bearer));
  return `Bearer ${bearer}`;
}

function countOf(item: Item, name: 'retries' | 'redirects'): number | undefined {
  const value = item[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(name, 'a whole number from 0 up', typeof value === 'object' ? kindOf(value) : shown(value));
}

function wrong(name: string, wanted: string, is: string): RecordError {
  return new RecordError('bad_record', `field "${name}" must be ${wanted}, and is ${is}`, {
    hint: `Correct "${name}" of this request.`,
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
