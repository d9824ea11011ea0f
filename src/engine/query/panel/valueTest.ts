import type { Expression } from '../syntax/tree.ts';
import { writeText } from '../write.ts';
import { writtenPath } from '../writtenPath.ts';

export interface PickedValue {
  readonly kind: 'number' | 'text' | 'boolean';
  readonly text: string;
  /** Only the beginning is known. */
  readonly cut: boolean;
  /** Values of another type are equal to it: only those of its own are meant. */
  readonly typed?: true | undefined;
}

/** What is compared with it as a query writes it. */
type PickedKind = PickedValue['kind'] | 'time';

export function beginOf(path: string, { text }: PickedValue): string {
  return `starts_with(${path}, ${writeText(text)})`;
}

/** Whether a value is of a type, as those of JSON are: a time is a text there. */
export function typeTest(path: string, type: PickedValue['kind'], operator: '=' | '<>'): string {
  return `typeof(${path}) ${operator} '${type}'`;
}

export function typeOf(kind: PickedKind): PickedValue['kind'] {
  return kind === 'time' ? 'text' : kind;
}

export function literalOf({ kind, text }: PickedValue): string {
  return kind === 'text' ? writeText(text) : text;
}

/** The column that a condition on one column is about. */
export function pathOf(expression: Expression, text: string): string | undefined {
  switch (expression.kind) {
    case 'logical':
      return pathOf(expression.operands[0], text);
    case 'comparison':
      return pathOf(expression.left, text);
    case 'in':
    case 'is':
      return pathOf(expression.operand, text);
    case 'call':
      return expression.arguments.length > 0 ? pathOf(expression.arguments[0], text) : undefined;
    case 'column':
      return writtenPath(text.slice(expression.from, expression.to));
    default:
      return undefined;
  }
}

export function isPath(expression: Expression, path: string, text: string): boolean {
  return expression.kind === 'column' && writtenPath(text.slice(expression.from, expression.to)) === path;
}

export function valueOf(
  expression: Expression,
  text: string,
): { readonly kind: PickedKind; readonly text: string; readonly cut: false } | undefined {
  const written = text.slice(expression.from, expression.to);
  const isNegative = expression.kind === 'negative' && expression.operand.kind === 'literal';
  if (isNegative) return { kind: 'number', text: written, cut: false };
  if (expression.kind !== 'literal') return undefined;
  const time = /^TIMESTAMP\s+'([^']*)'$/i.exec(written);
  if (time) return { kind: 'time', text: time[1], cut: false };
  const { value } = expression;
  if (typeof value === 'string') return { kind: 'text', text: value, cut: false };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value), cut: false };
  return /^[-\d.]/.test(written) ? { kind: 'number', text: written, cut: false } : undefined;
}
