// One record as templates see it: its fields by name, its index, its id, and its numbers digit for digit.
// Only what the record itself owns can be named: never `constructor`, never an array's `length`.

import { RecordError } from '../errors.ts';
import { isExactNumber, mayLoseDigits, parseExactly } from './exact-json.ts';
import { nearestName } from './nearest-name.ts';
import type { SourceRecord } from './planner.ts';
import { type FieldPart, nameOf, type ValuePart } from './template.ts';

const idPart = { kind: 'id' } as const;

/** What placeholders are looked up in; made for a record and dropped with it. */
export class RecordScope {
  readonly index: number;
  readonly #record: SourceRecord;
  readonly #textIsJson: boolean;
  #exact: unknown = undefined;

  /** @param textIsJson whether the record was read from JSON, and its text is that */
  constructor(record: SourceRecord, textIsJson: boolean) {
    this.index = record.index;
    this.#record = record;
    this.#textIsJson = textIsJson;
  }

  get value(): unknown {
    return this.#record.value;
  }

  /** The record as JSON text, if that is what it was read from. */
  get text(): string | null {
    return this.#textIsJson ? (this.#record.text ?? null) : null;
  }

  /** The same as bytes, one character each, if they are at hand. */
  get bytes(): string | null {
    return this.#textIsJson ? (this.#record.bytes ?? null) : null;
  }

  /** A value in JSON, with the digits that the input has. `part` says where in the record it stands. */
  jsonOf(value: unknown, part: ValuePart): string {
    if (typeof value === 'number' ? Number.isSafeInteger(value) : typeof value !== 'object') return jsonText(value);
    if (value === null || part.kind === 'index') return jsonText(value);
    const { text } = this;
    if (text === null || !mayLoseDigits(text)) return jsonText(value);
    this.#exact ??= exactly(text);
    return jsonText(part.kind === 'id' ? idOf(this.#exact) : lookUp(this.#exact, part));
  }

  /** The value of a placeholder. @throws {RecordError} `missing_field` */
  valueOf(part: ValuePart): unknown {
    if (part.kind === 'index') return this.index;
    const record = this.value;
    const value = part.kind === 'id' ? idOf(record) : lookUp(record, part);
    if (value === undefined) throw missing(record, part);
    return value;
  }

  /** The value of a placeholder as text. @throws {RecordError} `missing_field`, also for null, which has no text */
  textOf(part: ValuePart): string {
    const { plainId } = this.#record;
    if (part.kind === 'id' && typeof plainId === 'string') return plainId;
    const value = this.valueOf(part);
    if (typeof value === 'string') return value;
    if (value === null) {
      throw new RecordError('missing_field', `field "${nameOf(part)}" is null, and null cannot be placed in text`, {
        hint: 'Give the field a value, or place it in --json as a whole value.',
      });
    }
    return this.jsonOf(value, part);
  }

  /** The id of the record: its `id` or `custom_id`, if that is a text or a number. */
  id(): string | null {
    const { plainId } = this.#record;
    if (plainId !== undefined) return plainId;
    const id = idOf(this.value);
    if (typeof id === 'string') return id;
    return id === undefined ? null : this.jsonOf(id, idPart);
  }
}

/** JSON text of any value. @throws {RecordError} `bad_record` if JSON cannot say it */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new RecordError('bad_record', `a value cannot be written as JSON: ${String(cause)}`, { cause });
  }
  if (text === undefined) throw new RecordError('bad_record', `a ${typeof value} cannot be written as JSON`);
  return text;
}

/** `JSON.parse` with a reviver goes as deep as the stack, without one as deep as it likes. */
function exactly(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (cause) {
    throw new RecordError('bad_record', `the digits of its numbers cannot be kept: ${String(cause)}`, {
      hint: 'The record is nested too deeply; write its long numbers as strings.',
      cause,
    });
  }
}

/** Whether a value has fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The id as the record has it: a text or a (possibly exact) number, else undefined. */
function idOf(record: unknown): unknown {
  if (!isObject(record)) return undefined;
  return usableId(own(record, 'id')) ?? usableId(own(record, 'custom_id'));
}

function usableId(id: unknown): unknown {
  if (typeof id === 'string') return id === '' ? undefined : id;
  return typeof id === 'number' || isExactNumber(id) ? id : undefined;
}

function own(record: Record<string, unknown>, key: string): unknown {
  if (!Object.hasOwn(record, key) || (key === 'length' && Array.isArray(record))) return undefined;
  return record[key];
}

/** The field's value or undefined. A field whose own name has dots wins over a path. */
function lookUp(record: unknown, field: FieldPart): unknown {
  if (!isObject(record)) return undefined;
  const whole = own(record, field.name);
  if (whole !== undefined || field.keys.length === 1) return whole;
  let at: unknown = record;
  for (const key of field.keys) {
    if (!isObject(at)) return undefined;
    at = own(at, key);
  }
  return at;
}

function missing(record: unknown, part: ValuePart): RecordError {
  if (part.kind !== 'field') {
    return new RecordError('missing_field', 'the record has no id, which {{$id}} asks for', {
      hint: 'An id is the field "id" or "custom_id", a text or a number. {{$index}} is always there.',
    });
  }
  let at = record;
  let path = '';
  for (const key of part.keys) {
    const next = isObject(at) ? own(at, key) : undefined;
    if (!isObject(next)) break;
    path += `${key}.`;
    at = next;
  }
  const rest = part.name.slice(path.length);
  const names = isObject(at) ? Object.keys(at) : [];
  const near = nearestName(rest, names);
  const known = names.slice(0, 8).map((name) => JSON.stringify(path + name));
  const listed =
    known.length === 0 ? 'it has none there' : `it has ${known.join(', ')}${names.length > 8 ? ', …' : ''}`;
  const help = near === null ? listed : `the nearest is ${JSON.stringify(path + near)}`;
  return new RecordError('missing_field', `the record has no field ${JSON.stringify(part.name)}; ${help}`, {
    hint: 'Correct the placeholder, or give the record this field.',
  });
}
