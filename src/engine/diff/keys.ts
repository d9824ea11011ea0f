import { said, SaidError } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { FieldRequest } from '../format/record.ts';
import { asNamed } from '../format/sameNames.ts';
import { parseQuery } from '../query/index.ts';
import { columnIndex, placeOf, type Layout } from '../query/layout.ts';
import { expressionsOf } from '../query/operator/operators.ts';

/** The fields that tell the records of a file apart, or what is wrong with them. */
export class DiffKeyError extends SaidError {
  override readonly name = 'DiffKeyError';
}

/** A field of the key, in one file. */
export interface KeyField {
  readonly path: FieldRequest['path'];
  /** Its names from the top of a record on; of a table, the column's name. */
  readonly names: readonly string[];
}

/**
 * The field that a name stands for, written as in a query: `id`, `user.id`, `"Order ID"`; a column of a table also as it
 * is called.
 * @throws DiffKeyError
 */
export function keyField(text: string, { layout, name, seenColumns }: Dataset): KeyField {
  const known = layout.names === 'columns' ? columnIndex(text, layout.columns) : -1;
  if (layout.names === 'columns' && known !== -1) return { path: [known], names: [layout.columns[known]] };
  // A file without anything in it has no columns and no record that lacks one.
  const isEmpty = layout.names === 'columns' && layout.columns.length === 0;
  const path = pathOf(text, isEmpty ? { names: 'paths' } : layout);
  if (isEmpty && path !== undefined) return { path: [0], names: [path.join('.')] };
  if (path === undefined || path.length === 0) {
    const columns = seenColumns.map((column) => column.name);
    const listed = columns.slice(0, mostNamed).join(', ');
    const more = columns.length > mostNamed ? ', …' : '';
    throw new DiffKeyError(
      listed === ''
        ? said`${name} has no field ${text} to compare by.`
        : said`${name} has no field ${text} to compare by. Its fields: ${listed}${more}`,
    );
  }
  if (layout.names === 'columns') {
    const [index] = path;
    return { path, names: [layout.columns[Number(index)]] };
  }
  if (path.some((step) => typeof step === 'number')) {
    throw new DiffKeyError(said`${text} is an element of a list: records are compared by fields.`);
  }
  return { path, names: path.map(String) };
}

const mostNamed = 20;

/** Undefined where it is no field. */
function pathOf(text: string, layout: Layout): FieldRequest['path'] | undefined {
  const parsed = parseQuery(`|> SELECT ${text}`);
  const expressions = parsed.ok ? parsed.query.operators.flatMap((operator) => expressionsOf(operator)) : [];
  const first = expressions.at(0)?.expression;
  if (first?.kind !== 'column' || expressions.length > 1)
    return layout.names === 'paths' ? [text] : undefined;
  const place = placeOf(first, layout);
  return place.kind === 'field' && place.rest.length === 0 ? place.path : undefined;
}

/**
 * What columns of the older file are called in the newer one, by their names: two tables may have the same column in another
 * letter case.
 */
export function namesInNewer([before, after]: readonly [Dataset, Dataset]): ReadonlyMap<string, string> {
  if (before.layout.names === 'paths' || after.layout.names === 'paths') return new Map();
  const { columns } = before.layout;
  const named = asNamed(columns, after.layout.columns);
  return new Map(columns.flatMap((name, at) => (named[at] === name ? [] : [[name, named[at]] as const])));
}

/** Names by which fields that tell records apart usually go. */
const idName = /(^|[._\s-])(id|uuid|guid|key|pk|nr|no|number|code|sku)$/i;
const camelId = /[a-z](Id|ID|Key|Uuid)$/;

/** Fields of both files that may tell their records apart, the likeliest first. */
export function likelyKeys(a: Dataset, b: Dataset): string[] {
  const ofB = new Set(b.seenColumns.map(({ name }) => name));
  const inB = namesInNewer([a, b]);
  const names = a.seenColumns.flatMap(({ name }) => (ofB.has(inB.get(name) ?? name) ? [name] : []));
  return names.filter((name) => likeliness(name) < 2).sort((x, y) => likeliness(x) - likeliness(y));
}

/** 0 for a name by which records are usually told apart, 1 for one by which they may be, 2 for any other. */
export function likeliness(name: string): number {
  return /^_?id$/i.test(name) ? 0 : idName.test(name) || camelId.test(name) ? 1 : 2;
}
