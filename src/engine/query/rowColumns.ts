import type { FieldRequest } from '../format/record.ts';
import { pathOf, type KnownColumn } from './check.ts';
import { QueryError } from './diagnostic.ts';
import type { Layout } from './layout.ts';
import { resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import type { ColumnPart, OpenPart } from './resolve/part.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Operator } from './syntax/tree.ts';
import { writeName, writePath } from './write.ts';

/** A column of the file that a query is asked of. */
export interface FileField extends KnownColumn {
  readonly fields: FieldRequest['path'];
  /** It is no field of the records, and says this of their file: which of the columns that its folders give, or another thing. */
  readonly ofFile?: string | number | undefined;
}

/** A column of the rows at some point of a query. */
export interface RowColumn extends KnownColumn {
  readonly path: string;
  /** The names that lead to it; the first is what it can be called by where only a name may stand. */
  readonly keys: readonly string[];
  /** The column of the file whose values it has. */
  readonly field?: FileField | undefined;
}

/** The rows at some point of a query. */
export interface Rows {
  readonly columns: readonly RowColumn[];
  /** What the file is called: its columns may stand behind that. */
  readonly aliases: ReadonlySet<string>;
  /** Whether each is one record, so that `_line` and its like are known. */
  readonly ofRecord: boolean;
}

/** What is known of files. */
export interface KnownFile {
  readonly layout: Layout;
  readonly columns: readonly FileField[];
}

export interface KnownFiles extends KnownFile {
  /** The other file of a JOIN; undefined where it cannot be read. */
  readonly joined?: (path: string) => Promise<KnownFile | undefined>;
  /** The paths of the members that objects in a column of lists are known to have. */
  readonly members?: (column: FileField) => Promise<readonly (readonly string[])[]>;
}

/** Other files that are opened to see what columns they have. */
const mostJoins = 8;

type Joined = KnownFile | undefined;

/** The rows behind operators, as far as they are known: an operator that can make nothing of its rows is left out. */
export async function rowsBehind(operators: readonly Operator[], known: KnownFiles): Promise<Rows> {
  const joined: Joined[] = [];
  for (const operator of operators.filter(({ kind }) => kind === 'join').slice(0, mostJoins)) {
    if (operator.kind === 'join') joined.push(await known.joined?.(operator.file.path));
  }
  const { layout } = known;
  const table = new SlotTable(new FieldList(), layout);
  const hooks = { unknown: () => undefined };
  const resolver = new Resolver(
    initialScope(layout),
    table,
    hooks,
    joined.map((file) => file?.layout),
  );
  for (const operator of operators) {
    try {
      resolve(operator, resolver);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
    }
  }
  const { parts, aliases, ofRecord } = resolver.scope;
  const reader = new SlotReader(resolver, known, joined);
  const columns: RowColumn[] = [];
  for (const part of parts)
    columns.push(...(part.kind === 'column' ? await reader.named(part) : await reader.inside(part)));
  return { columns, aliases, ofRecord };
}

/** A column inside a value. */
interface Member {
  readonly keys: readonly string[];
  readonly type: string;
  readonly field?: FileField | undefined;
}

interface Held {
  readonly own: FileField | undefined;
  readonly members: readonly Member[];
}

/** The columns of a file, which may be thousands, by where they are in its records. */
class FieldsByPath {
  readonly #own = new Map<string, FileField>();
  readonly #below = new Map<string, FileField[]>();

  constructor({ layout, columns }: KnownFile) {
    for (const field of columns) {
      const { fields, ofFile } = field;
      const path = JSON.stringify(fields);
      if (typeof ofFile !== 'number' && !this.#own.has(path)) this.#own.set(path, field);
      if (layout.names === 'columns' || !isField(field)) continue;
      for (let length = 0; length < fields.length; length++) {
        const above = JSON.stringify(fields.slice(0, length));
        const known = this.#below.get(above);
        if (known) known.push(field);
        else this.#below.set(above, [field]);
      }
    }
  }

  at(path: FieldRequest['path']): FileField | undefined {
    return this.#own.get(JSON.stringify(path));
  }

  /** Those inside the value there. */
  below(path: FieldRequest['path']): readonly FileField[] {
    return this.#below.get(JSON.stringify(path)) ?? [];
  }
}

/** What is known of what slots hold. */
class SlotReader {
  readonly #resolver: Resolver;
  readonly #known: KnownFiles;
  /** By the slot of a JOIN's other rows. */
  readonly #joined: ReadonlyMap<number, Joined>;
  readonly #fields: FieldsByPath;

  constructor(resolver: Resolver, known: KnownFiles, joined: readonly Joined[]) {
    this.#resolver = resolver;
    this.#known = known;
    const joins = resolver.steps.filter((step) => step.kind === 'join');
    this.#joined = new Map(joins.map(({ slot }, at) => [slot, joined.at(at)]));
    this.#fields = new FieldsByPath(known);
  }

  /** A column, and the columns in it. */
  async named({ name, slot }: ColumnPart): Promise<RowColumn[]> {
    const column = { name, keys: [name], path: writeColumn(name), type: '' };
    if (typeof slot === 'object' && 'partition' in slot) {
      const field = this.#known.columns.find(({ ofFile }) => ofFile === slot.partition);
      return [{ ...column, type: field?.type ?? '', field }];
    }
    const { own, members } = await this.#held(typeof slot === 'object' ? slot.path : slot);
    const unchanged = own?.name === name ? own : undefined;
    return [
      {
        ...column,
        type: own?.type ?? (members.length > 0 ? 'object' : ''),
        field: own,
        ...(unchanged && { path: pathOf(unchanged) }),
      },
      ...members.map((member) => inside(column, member)),
    ];
  }

  /** The columns of an object that stand by themselves. */
  async inside({ slot, edits }: OpenPart): Promise<RowColumn[]> {
    const members =
      slot === 'record'
        ? this.#known.columns.filter(isField).map(memberOf([]))
        : (await this.#held(slot)).members;
    return (await this.#edited(members, edits)).map(({ keys, type, field }) => {
      const isItself = field !== undefined && slot === 'record' && isSame(keys, field.fields);
      if (isItself) return { name: field.name, path: pathOf(field), keys, type, field };
      return { name: keys.join('.'), path: writePath(keys), keys, type, field };
    });
  }

  /** Members as operators have left them. */
  async #edited(members: readonly Member[], edits: OpenPart['edits']): Promise<readonly Member[]> {
    let left = members;
    for (const { path, action } of edits) {
      const isIn = ({ keys }: Member): boolean => path.every((key, at) => key === keys[at]);
      const others = left.filter((member) => !isIn(member));
      if (action.kind === 'drop') left = others;
      else if (action.kind === 'rename') {
        const { name } = action;
        left = left
          .filter((member) => isIn(member) || member.keys[0] !== name)
          .map((member) =>
            isIn(member) ? { ...member, keys: [name, ...member.keys.slice(path.length)] } : member,
          );
      } else {
        const { own, members: inner } = await this.#held(action.slot);
        const replaced = [
          { keys: path, type: own?.type ?? '', field: own },
          ...inner.map((member) => ({ ...member, keys: [...path, ...member.keys] })),
        ];
        const at = left.findIndex(isIn);
        left = others.toSpliced(at === -1 ? others.length : at, 0, ...replaced);
      }
    }
    return left;
  }

  /** The field whose values a slot has, and the columns that are known in what it holds. */
  async #held(slot: number | FieldRequest['path']): Promise<Held> {
    const path = typeof slot === 'number' ? this.#fieldOf(slot) : slot;
    if (path !== undefined) {
      const members = this.#fields.below(path).map(memberOf(path));
      return { own: this.#fields.at(path), members };
    }
    const step = this.#resolver.steps.find(
      (one) => (one.kind === 'unnest' || one.kind === 'join') && one.slot === slot,
    );
    if (step?.kind === 'unnest') return { own: undefined, members: await this.#items(step) };
    const file = step?.kind === 'join' ? this.#joined.get(step.slot) : undefined;
    return { own: undefined, members: file === undefined ? [] : membersOf(file) };
  }

  /** The field whose values a slot has. */
  #fieldOf(slot: number): FieldRequest['path'] | undefined {
    const { steps, table } = this.#resolver;
    const { source } = table.slots[slot];
    if (source.kind === 'field') return table.fields.pathOf(source.field);
    // Keys of groups are values of a column, and so is what FILL puts in their place.
    for (const step of steps) {
      const items = step.kind === 'aggregate' ? step.keys : step.kind === 'fill' ? step.items : [];
      const expression = items.find((item) => item.slot === slot)?.expression;
      const binding =
        'bound' in step && expression?.kind === 'column' ? step.bound.columns.get(expression) : undefined;
      if (binding?.rest.length === 0) return this.#fieldOf(binding.slot);
    }
    return undefined;
  }

  async #items({
    expression,
    bound,
  }: Extract<Resolver['steps'][number], { kind: 'unnest' }>): Promise<Member[]> {
    const binding = expression.kind === 'column' ? bound.columns.get(expression) : undefined;
    const path = binding?.rest.length === 0 ? this.#fieldOf(binding.slot) : undefined;
    const list = path && this.#fields.at(path);
    const members = list && (await this.#known.members?.(list));
    return (members ?? []).map((keys) => ({ keys, type: '' }));
  }
}

/** The columns of the other file of a JOIN, each of whose rows is an object. */
function membersOf({ layout, columns }: KnownFile): Member[] {
  const isTable = layout.names === 'columns';
  return columns
    .filter(({ ofFile }) => ofFile !== 'path')
    .map(({ name, fields, ofFile, type }) => ({
      keys: isTable || ofFile !== undefined ? [name] : fields.map(String),
      type,
    }));
}

/** Whether it is in the records themselves. */
function isField({ ofFile }: FileField): boolean {
  return ofFile === undefined;
}

function memberOf(path: FieldRequest['path']): (field: FileField) => Member {
  return (field) => ({ keys: field.fields.slice(path.length).map(String), type: field.type, field });
}

/** As a query writes a column that an operator has made: with dots, where its name reads as a path. */
function writeColumn(name: string): string {
  const keys = name.split('.');
  return keys.every((key) => writePath([key]) === key) ? name : writePath([name]);
}

function inside(column: RowColumn, { keys, type, field }: Member): RowColumn {
  const path = [column.path, ...keys.map(writeName)].join('.');
  return { name: [column.name, ...keys].join('.'), keys: [...column.keys, ...keys], path, type, field };
}

function isSame(one: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  return one.length === other.length && one.every((key, at) => key === other[at]);
}
