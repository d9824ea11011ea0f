import { readNumber } from '../value/decimal.ts';
import { parsePipeline } from '../syntax/pipeline.ts';
import { writeText } from '../write.ts';
import { addCondition, addRecordCondition, readable, removeCondition } from './conditions.ts';
import { appendOperator } from './operators.ts';
import { excludeQuery, pickQuery, type ExcludeEdit, type PickEdit } from './pick.ts';
import { sortQuery, type SortEdit } from './sort.ts';

/** What a menu does to a query's text: structurally the protocol's `QueryEdit`. */
export type QueryEdit =
  | SortEdit
  | PickEdit
  | {
      readonly kind: 'drop';
      readonly paths: readonly string[];
      readonly order?: readonly string[] | undefined;
    }
  | ExcludeEdit
  | { readonly kind: 'remove'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'add';
      /** As a query writes it. */
      readonly path: string;
      readonly test: 'equals' | 'differs' | 'above' | 'below' | 'contains' | 'has' | 'is-null' | 'not-null';
      readonly value?: { readonly text: string; readonly kind: number } | undefined;
      /** Whether it is the records as they are that have the value, whatever the query makes of their columns. */
      readonly ofRecord?: boolean | undefined;
    };

/** Kinds of a cell, as the protocol numbers them. */
const cell = { missing: 0, null: 1, boolean: 2, number: 3, json: 5, cut: 16 };

/**
 * The query's text after the edit.
 * @throws Error where the text cannot be read: somebody may still be writing it
 */
export function editQuery(text: string, edit: QueryEdit): string {
  if (edit.kind === 'remove') return removeCondition(text, edit);
  // What only takes something away would leave such a text as it is, without a word.
  readable(text);
  if (edit.kind === 'sort') return sortQuery(text, edit);
  if (edit.kind === 'pick') return pickQuery(text, edit);
  if (edit.kind === 'drop') return dropQuery(text, edit);
  if (edit.kind !== 'add') return excludeQuery(text, edit);
  const condition = conditionOf(edit);
  return edit.ofRecord === true ? addRecordCondition(text, condition) : addCondition(text, condition);
}

/**
 * The query's text after an edit of the records as they are: their conditions are those in front of what is made of them.
 */
export function editRecords(text: string, edit: QueryEdit): string {
  const parsed = parsePipeline(text);
  const made = parsed.ok
    ? parsed.query.operators.find(({ kind }) => kind !== 'where' && kind !== 'as')
    : undefined;
  if (made === undefined) return editQuery(text, edit);
  const records = text.slice(0, made.from).trimEnd().replace(/\|>$/, '').trimEnd();
  const edited = editQuery(records, edit);
  if (edited === records) return text;
  const rest = text.slice(made.from);
  if (edited.trim() === '') return `|> ${rest}`;
  return `${edited} |> ${rest}`;
}

function dropQuery(text: string, { paths, order = [] }: Extract<QueryEdit, { kind: 'drop' }>): string {
  const roots = rootsOf(order);
  const select = roots.length === 0 ? '' : ` |> SELECT ${roots.join(', ')}`;
  const drop = `DROP ${paths.join(', ')}${select}`;
  return text.trim() === '' ? `|> ${drop}` : appendOperator(readable(text), drop);
}

/** The columns of the records that hold those of the paths, each at its first one's place: members stay where they are. */
function rootsOf(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const text = `|> DROP ${paths.join(', ')}`;
  const parsed = parsePipeline(text);
  const operator = parsed.ok ? parsed.query.operators.at(0) : undefined;
  if (operator?.kind !== 'drop') return [];
  return [...new Set(operator.columns.map(({ first }) => text.slice(first.from, first.to)))];
}

function conditionOf({ path, test, value }: Extract<QueryEdit, { kind: 'add' }>): string {
  const isNull = value === undefined || value.kind === cell.missing || value.kind === cell.null;
  if (test === 'is-null' || (isNull && test === 'equals')) return `${path} IS NULL`;
  if (test === 'not-null' || isNull) return `${path} IS NOT NULL`;
  // Of a cell that was cut only the beginning is known.
  if (value.kind >= cell.cut) {
    const begins = `starts_with(${path}, ${writeText(value.text)})`;
    // As below: NULL begins with nothing, and is not what is excluded.
    return test === 'differs' ? `${begins} IS DISTINCT FROM true` : begins;
  }
  switch (test) {
    case 'equals':
      return `${path} = ${literalOf(value)}`;
    case 'differs':
      // Unlike <>, this keeps the rows in which the column is NULL: excluding a value takes out nothing else.
      return `${path} IS DISTINCT FROM ${literalOf(value)}`;
    case 'above':
      return `${path} > ${orderedLiteral(value)}`;
    case 'below':
      return `${path} < ${orderedLiteral(value)}`;
    case 'has':
      return `list_contains(${path}, ${literalOf(value)})`;
    case 'contains':
      return /[%_]/.test(value.text)
        ? `contains(${path}, ${writeText(value.text)})`
        : `${path} LIKE ${writeText(`%${value.text}%`)}`;
  }
}

function literalOf({ text, kind }: { text: string; kind: number }): string {
  if (kind === cell.json) return `${writeText(compactJson(text))}::json`;
  const isBare =
    (kind === cell.number && isLiteral(text) && !/^-?0\d/.test(text)) ||
    (kind === cell.boolean && /^(true|false)$/.test(text));
  return isBare ? text : writeText(text);
}

/** JSON without the white space between its tokens; numbers keep all of their digits. */
function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/gs, '$1');
}

/** A text of a CSV that reads as a number is meant as one where it is compared by size. */
function orderedLiteral(value: { text: string; kind: number }): string {
  return readNumber(value.text) !== undefined && isLiteral(value.text) ? value.text.trim() : literalOf(value);
}

function isLiteral(text: string): boolean {
  const parsed = parsePipeline(text);
  if (!parsed.ok || parsed.query.operators.length !== 1) return false;
  const [operator] = parsed.query.operators;
  return operator.kind === 'where' && operator.condition.kind === 'literal';
}
