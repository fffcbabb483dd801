// Reads RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers): lists of items, each the
// name of a policy with parameters. Also the form of older drafts, `limit=100, remaining=50, reset=5`.
// A field that is no such list is void as a whole; an item whose parameters are not what the draft wants
// counts as absent.

import { StructuredItems } from './read-structured-item.ts';

/** What one item says. Numbers are -1 where it says nothing. */
export interface QuotaItem {
  /** Of the policy; empty in the older form. */
  readonly name: string;
  /** Partition key, as it stands. */
  readonly partition: string;
  /** Units that are left (`r`), or all that the policy allots (`q`). */
  readonly units: number;
  /** Until there is more (`t`), or how long the window is (`w`). */
  readonly seconds: number;
  /** Quota unit (`qu`). */
  readonly unit: string;
  /** Of the older form only. */
  readonly limit: number;
}

const longestField = 2048;
const mostItems = 16;
const [equals, semicolon, comma, tab] = [0x3d, 0x3b, 0x2c, 0x09];

/** A parameter or entry that is not what the draft wants. */
const wrong = -2;

/**
 * The items of a field; null if it is malformed.
 * @param field which one: `RateLimit` has r and t, `RateLimit-Policy` q and w
 * @example readQuotaList('"default";r=50;t=30', 'limits') // [{ name: 'default', units: 50, seconds: 30, ... }]
 */
export function readQuotaList(value: string, field: 'limits' | 'policies'): QuotaItem[] | null {
  if (value.length > longestField) return null;
  const items = new StructuredItems(value);
  const found: QuotaItem[] = [];
  const isPolicy = field === 'policies';
  for (;;) {
    if (!items.tryItem()) return null;
    if (found.length === 0 && !isPolicy && items.kind === 'token' && items.tryTake(equals)) return readOldForm(items);
    const { kind, value: name } = items;
    const item = readParameters(items, name, isPolicy ? 'q' : 'r', isPolicy ? 'w' : 't');
    if (item === null) return null;
    if ((kind === 'string' || kind === 'token') && isSound(item) && found.length < mostItems) found.push(item);
    const hasMore = tryNext(items);
    if (hasMore === null) return null;
    if (!hasMore) return found;
  }
}

function isSound(item: QuotaItem): boolean {
  return item.units >= 0 && item.seconds !== wrong && item.unit !== '' && item.partition !== '?';
}

/** Whether another member follows; null if something else does. */
function tryNext(items: StructuredItems): boolean | null {
  skipBlank(items);
  if (items.ended) return false;
  if (!items.tryTake(comma)) return null;
  skipBlank(items);
  return items.ended ? null : true;
}

/** Between members tabs may stand too. */
function skipBlank(items: StructuredItems): void {
  do items.skipSpaces();
  while (items.tryTake(tab));
}

/** The parameters behind an item; null if they are not well-formed. */
function readParameters(items: StructuredItems, name: string, unitsKey: string, secondsKey: string): QuotaItem | null {
  let units = -1;
  let seconds = -1;
  let unit = 'requests';
  let partition = '';
  while (items.tryTake(semicolon)) {
    items.skipSpaces();
    const key = items.tryKey();
    if (key === null) return null;
    const hasValue = items.tryTake(equals);
    if (hasValue && !items.tryItem()) return null;
    const { kind, value } = items;
    if (key === unitsKey) units = hasValue && kind === 'integer' ? whole(value) : wrong;
    else if (key === secondsKey) seconds = hasValue && kind === 'integer' ? whole(value) : wrong;
    else if (key === 'qu') unit = hasValue && kind === 'string' ? value : '';
    else if (key === 'pk') partition = hasValue && kind === 'bytes' ? value : '?';
  }
  return { name, partition, units, seconds, unit, limit: -1 };
}

/** A dictionary (RFC 9651, 3.2) whose first key was just taken. */
function readOldForm(items: StructuredItems): QuotaItem[] | null {
  let limit = -1;
  let units = -1;
  let seconds = -1;
  let key = items.value;
  for (;;) {
    if (!items.tryItem()) return null;
    const count = items.kind === 'integer' ? whole(items.value) : wrong;
    if (key === 'limit') limit = count;
    else if (key === 'remaining') units = count;
    else if (key === 'reset') seconds = count;
    if (readParameters(items, '', 'r', 't') === null) return null;
    const hasMore = tryNext(items);
    if (hasMore === null) return null;
    if (!hasMore) break;
    const next = items.tryKey();
    if (next === null || !items.tryTake(equals)) return null;
    key = next;
  }
  const item = { name: '', partition: '', units, seconds, unit: 'requests', limit: Math.max(-1, limit) };
  return isSound(item) ? [item] : [];
}

/** Not negative; structured fields have no integers beyond 15 digits. */
function whole(digits: string): number {
  const value = Number(digits);
  return value >= 0 ? Math.abs(value) : wrong;
}
