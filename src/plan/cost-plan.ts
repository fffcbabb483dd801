// What a request costs in the units of rates that count costs (tokens, bytes): a number, or a template that gives
// one for each record. It must not be asked to guess: what is no number from 0 up is refused.

import { RecordError, UsageError } from '../errors.ts';
import { renderText } from './body-plan.ts';
import type { RecordScope } from './record-scope.ts';
import {
  constantText,
  nameOf,
  parseTemplate,
  type Template,
  type TemplateContext,
  type ValuePart,
} from './template.ts';

/** Compiled once, asked for each record. */
export type CostPlan =
  | { readonly kind: 'constant'; readonly cost: number }
  /** One whole placeholder, the usual case: the number is taken as it is. */
  | { readonly kind: 'value'; readonly part: ValuePart; readonly option: string }
  | { readonly kind: 'text'; readonly template: Template; readonly option: string };

/** The cost that a value stands for, or null: a number from 0 up, also as text. */
export function costIn(value: unknown): number | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return null;
  const cost = Number(value);
  return cost >= 0 && cost < Infinity ? cost : null;
}

/** @throws {UsageError} `bad_option` for a bad template, and for a text that is no number from 0 up */
export function compileCost(text: string, context: TemplateContext): CostPlan {
  const { option } = context;
  const template = parseTemplate(text, context);
  const constant = constantText(template);
  if (constant !== null) {
    const cost = costIn(constant);
    if (cost !== null) return { kind: 'constant', cost };
    // As it was written: a placeholder of the environment is not filled in.
    throw new UsageError('bad_option', `${option}: ${JSON.stringify(text)} is no number from 0 up`, {
      hint: 'Write a number, or a template such as {{tokens}}.',
    });
  }
  const only = template.length === 1 ? template[0] : undefined;
  if (only === undefined || only.kind === 'text' || only.kind === 'secret') return { kind: 'text', template, option };
  return { kind: 'value', part: only, option };
}

/** @throws {RecordError} `missing_field`; `bad_record` if it is no number from 0 up */
export function renderCost(plan: CostPlan, scope: RecordScope): number {
  if (plan.kind === 'constant') return plan.cost;
  const isValue = plan.kind === 'value';
  const value = isValue ? scope.valueOf(plan.part) : renderText(plan.template, scope);
  const cost = costIn(value);
  if (cost !== null) return cost;
  const parts = isValue ? [plan.part] : plan.template.filter((part) => part.kind !== 'text' && part.kind !== 'secret');
  const fields = parts.map((part) => `"${nameOf(part)}"`).join(' and ');
  throw new RecordError(
    'bad_record',
    `${plan.option}: ${fields} must give a number from 0 up, and gives ${shown(value)}`,
    {
      hint: `Correct ${fields} of this record.`,
    },
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
