/** The answer that plain JavaScript gives, for the test to compare with. */

export type Value = string | number | boolean | null | undefined;
export interface Item {
  readonly id: Value;
  readonly p: Value;
  readonly q: Value;
  readonly r: Value;
}
/** A record, or a line that is none. Only JSON Lines have such. */
export type Line = Item | string;
export type Form = 'jsonl' | 'csv' | 'json';
export type Row = Record<string, unknown>;

const fields = ['p', 'q', 'r'] as const;

interface Sums {
  added: number;
  removed: number;
  changed: number;
  same: number;
  duplicates: number;
  leftOut: number[][];
}

/** As it is in a file of that form. */
function asRead(value: Value, form: Form): Value {
  if (form !== 'csv') return value;
  return value === null || value === undefined || value === '' ? null : String(value);
}

export function diffOf(
  before: readonly Line[],
  after: readonly Line[],
  forms: readonly [Form, Form],
): { rows: Row[]; sums: Sums } {
  const mixed = (forms[0] === 'csv') !== (forms[1] === 'csv');
  const sums: Sums = { added: 0, removed: 0, changed: 0, same: 0, duplicates: 0, leftOut: [] };

  const keyOf = (id: Value): string => {
    if (typeof id === 'number') return `number ${id}`;
    return mixed && /^\d+$/.test(String(id)) ? `number ${Number(id)}` : `text ${String(id)}`;
  };

  const grouped = [before, after].map((lines, side) => {
    const form = forms[side];
    const groups = new Map<string, Item[]>();
    let [unreadable, keyless] = [0, 0];
    for (const line of lines) {
      if (typeof line === 'string') {
        if (form === 'jsonl') unreadable++;
        continue;
      }
      const { id, p, q, r } = line;
      const read = { id: asRead(id, form), p: asRead(p, form), q: asRead(q, form), r: asRead(r, form) };
      if (read.id === null) keyless++;
      else groups.set(keyOf(read.id), [...(groups.get(keyOf(read.id)) ?? []), read]);
    }
    sums.leftOut.push([unreadable, keyless]);
    return groups;
  });

  const isNull = (value: Value): boolean =>
    value === null || value === undefined || (forms.includes('csv') && value === '');
  const isSame = (x: Value, y: Value): boolean => {
    const nulls = [isNull(x), isNull(y)];
    if (nulls[0] || nulls[1]) return nulls[0] && nulls[1];
    if (!mixed) return x === y;
    const [text, value] = forms[0] === 'csv' ? [x, y] : [y, x];
    if (typeof value === 'number') return Number(text) === value && text !== '';
    return text === String(value);
  };

  const [a, b] = grouped;
  const rows: Row[] = [];
  const both = [...b].map(([key, records]) => [key, a.get(key) ?? [], records] as const);
  const gone = [...a].flatMap(([key, records]) =>
    b.has(key) ? [] : [[key, records, [] as Item[]] as const],
  );
  for (const [, old, now] of [...both, ...gone]) {
    const x = old.at(0);
    const y = now.at(0);
    const id = (y ?? x)?.id;
    if (old.length > 1 || now.length > 1) {
      sums.duplicates++;
      rows.push({ _change: 'duplicate', id, _records: { old: old.length, new: now.length } });
      continue;
    }
    const row: Row = { _change: x === undefined ? 'added' : y === undefined ? 'removed' : 'changed', id };
    for (const field of fields) {
      if (x !== undefined && y !== undefined && isSame(x[field], y[field])) continue;
      if (x?.[field] === undefined && y?.[field] === undefined) continue;
      row[field] = { old: x?.[field] ?? null, new: y?.[field] ?? null };
    }
    if (x === undefined) sums.added++;
    else if (y === undefined) sums.removed++;
    else if (Object.keys(row).length === 2) sums.same++;
    else sums.changed++;
    if (x === undefined || y === undefined || Object.keys(row).length > 2) rows.push(row);
  }
  return { rows, sums };
}
