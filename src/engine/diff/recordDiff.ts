import { withQuotedNaN } from '../../protocol/jsonValue.ts';
import type { InnerPath } from '../format/layout.ts';
import { compareRead, isTime, readValue, timedComparer, timesInEither, timesInside } from '../query/cell.ts';
import { asBoolean } from '../query/value/compare.ts';
import { compareNumbers, numberOf, readNumber } from '../query/value/decimal.ts';
import { eachElement, readJson, unescapeJson } from '../query/value/json.ts';
import { jsonOf } from '../query/value/value.ts';
import { areMixed, type Reading, type RecordNature, type Wholes } from './recordNature.ts';

/** What has become of a record with some key. */
export type Change = 'added' | 'removed' | 'changed';

/** What the older and the newer value of a field are called in a row. */
export const sides = ['old', 'new'] as const;

/** A field's name in a row, where `_change` is what has become of the record. */
export function memberName(name: string): string {
  return name === '_change' ? '_change_' : name;
}

/** Names of members, down to the fields of the key: `true`. */
type KeyTree = ReadonlyMap<string, true | KeyTree>;
type Members = ReadonlyMap<string, string>;
/** Where times are inside a value, by the schema of either file. */
type Times = readonly InnerPath[] | undefined;

/**
 * Compares two records that have the same key, or describes one that has no other. The values of a table are texts; so
 * beside values with types, they are read as these. So is a text beside what a file says is a time.
 */
export class RecordDiff {
  readonly #natures: readonly [RecordNature, RecordNature];
  readonly #isMixed: boolean;
  readonly #keys: KeyTree;
  readonly #times: Times;

  constructor(natures: readonly [RecordNature, RecordNature]) {
    this.#natures = natures;
    this.#isMixed = areMixed(natures);
    this.#keys = keyTree(natures[0].keys.map(({ as }) => (this.#isMixed ? [as.join('.')] : as)));
    this.#times = timesInEither(natures.map(({ times }) => ({ loose: false, times })));
  }

  /** The row of the result as JSON; undefined where the two are the same. */
  row(change: Change, before: string | undefined, after: string | undefined): string | undefined {
    if (before === after) return undefined;
    const parts: string[] = [];
    const differs = this.#append(
      parts,
      before === undefined ? undefined : this.#members(before, 0),
      after === undefined ? undefined : this.#members(after, 1),
      this.#keys,
      this.#times,
      true,
    );
    return differs ? `{"_change":"${change}"${parts.map((part) => `,${part}`).join('')}}` : undefined;
  }

  /** The row for a key that several records have. */
  duplicateRow(json: string, side: 0 | 1, counts: readonly [number, number]): string {
    const parts: string[] = [];
    const members = this.#members(json, side);
    appendKeys(parts, members, this.#keys);
    return `{"_change":"duplicate"${parts.map((part) => `,${part}`).join('')},"_records":{"old":${counts[0]},"new":${counts[1]}}}`;
  }

  /**
   * The members of a record: of one with types beside a table, those inside its objects by their dotted paths, but for
   * objects that the table has as a whole.
   */
  #members(json: string, side: 0 | 1): Members {
    const { isText, names, wholes } = this.#natures[side];
    const members = membersOf(withQuotedNaN(json));
    if (isText) {
      if (names.size === 0) return members;
      return new Map([...members].map(([name, value]) => [names.get(name) ?? name, value]));
    }
    return this.#isMixed ? flattened(members, wholes) : members;
  }

  /** Appends what differs, and the key; answers whether anything does. */
  #append(
    parts: string[],
    before: Members | undefined,
    after: Members | undefined,
    keys: KeyTree | undefined,
    times: Times,
    isTop: boolean,
  ): boolean {
    let differs = before === undefined || after === undefined;
    for (const name of namesOf(before, after, keys)) {
      const [x, y] = [before?.get(name), after?.get(name)];
      if (x === undefined && y === undefined) continue;
      const key = keys?.get(name);
      const label = JSON.stringify(isTop ? memberName(name) : name);
      if (key === true) {
        parts.push(`${label}:${oneLine(y ?? x ?? 'null')}`);
        continue;
      }
      if (key !== undefined || (isObject(x) && isObject(y))) {
        const inner: string[] = [];
        const inside = this.#append(
          inner,
          before === undefined ? undefined : membersOf(x ?? '{}'),
          after === undefined ? undefined : membersOf(y ?? '{}'),
          key,
          timesInside(times, name),
          false,
        );
        if (inside || key !== undefined) parts.push(`${label}:{${inner.join(',')}}`);
        differs ||= inside;
        continue;
      }
      const isBoth = before !== undefined && after !== undefined;
      if (isBoth && this.#isSame(x, y, isTop ? name : undefined, timesInside(times, name))) continue;
      differs = true;
      // Both are there also where one is missing, so that a table of the rows has them beside each other.
      parts.push(`${label}:{"old":${oneLine(x ?? 'null')},"new":${oneLine(y ?? 'null')}}`);
    }
    return differs;
  }

  /** @param column of a table, where the values are in one */
  #isSame(x: string | undefined, y: string | undefined, column: string | undefined, times: Times): boolean {
    const [a, b] = this.#natures;
    // A table does not tell an empty text from none.
    const hasTable = a.isText || b.isText;
    const [old, now] = [orNull(x, hasTable), orNull(y, hasTable)];
    if (old === now) return true;
    if (!this.#isMixed) return isSameJson(old, now, times);
    const reading = column === undefined ? undefined : (a.isText ? a : b).readings.get(column);
    return a.isText ? isSameText(old, now, reading, times) : isSameText(now, old, reading, times);
  }
}

/** The key comes first, then the fields in the order of the newer record, then those that it lacks. */
function namesOf(
  before: Members | undefined,
  after: Members | undefined,
  keys: KeyTree | undefined,
): Set<string> {
  return new Set([...(keys?.keys() ?? []), ...(after?.keys() ?? []), ...(before?.keys() ?? [])]);
}

function appendKeys(parts: string[], members: Members, keys: KeyTree): void {
  for (const [name, key] of keys) {
    const value = members.get(name);
    if (value === undefined) continue;
    if (key === true) {
      parts.push(`${JSON.stringify(name)}:${oneLine(value)}`);
    } else {
      const inner: string[] = [];
      appendKeys(inner, membersOf(value), key);
      parts.push(`${JSON.stringify(name)}:{${inner.join(',')}}`);
    }
  }
}

function keyTree(paths: readonly (readonly string[])[]): KeyTree {
  const tree = new Map<string, true | KeyTree>();
  const byName = new Map<string, string[][]>();
  for (const [name, ...rest] of paths) byName.set(name, [...(byName.get(name) ?? []), rest]);
  for (const [name, rests] of byName) {
    tree.set(name, rests.some((rest) => rest.length === 0) ? true : keyTree(rests));
  }
  return tree;
}

/** The members of a JSON object as texts; of a repeated key, the last counts. Another value has none. */
function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>();
  if (!isObject(json)) return members;
  let key: string | undefined;
  eachElement(json, (element) => {
    if (key === undefined) {
      key = unescapeJson(element.slice(1, -1));
    } else {
      members.set(key, element);
      key = undefined;
    }
  });
  return members;
}

function flattened(
  members: Members,
  wholes: Wholes,
  prefix = '',
  into = new Map<string, string>(),
): Map<string, string> {
  for (const [name, value] of members) {
    const path = prefix + name;
    if (isObject(value) && !wholes.has(path)) flattened(membersOf(value), wholes, `${path}.`, into);
    else into.set(path, value);
  }
  return into;
}

function isObject(json: string | undefined): boolean {
  return json?.startsWith('{') === true;
}

function orNull(json: string | undefined, hasTable: boolean): string {
  return json === undefined || (hasTable && json === '""') ? 'null' : json;
}

const compareTimed = timedComparer((a, b) => (a === b ? 0 : undefined));

/**
 * Whether two JSON texts are the same value: numbers and times by value, members in any order, one that is null as if it were
 * not there.
 */
function isSameJson(x: string, y: string, times: Times): boolean {
  if (x === y) return true;
  const kind = kindOf(x);
  if (kind !== kindOf(y)) return false;
  switch (kind) {
    case 'text':
      return isSameAsText(textOf(x), textOf(y), times);
    case 'number':
      return compareNumbers(numberOf(x), numberOf(y)) === 0;
    case 'list': {
      const [a, b] = [elementsOf(x), elementsOf(y)];
      return (
        a.length === b.length && a.every((item, at) => isSameJson(item, b[at], timesInside(times, null)))
      );
    }
    case 'object': {
      const [a, b] = [membersOf(x), membersOf(y)];
      return [...namesOf(a, b, undefined)].every((name) =>
        isSameJson(a.get(name) ?? 'null', b.get(name) ?? 'null', timesInside(times, name)),
      );
    }
    case 'word':
      return false;
  }
}

/**
 * Whether the text of a cell is a value that has a type: a number by value, a list or an object as the JSON that it is
 * written as. A date that the column writes in its own way is the text of the same date.
 */
function isSameText(cell: string, value: string, reading: Reading, times: Times): boolean {
  if (cell === 'null' || value === 'null') return cell === value;
  const text = textOf(cell);
  switch (kindOf(value)) {
    case 'text':
      return (
        compareRead(text, reading, textOf(value), undefined) === 0 || isSameAsText(text, textOf(value), times)
      );
    case 'number': {
      const read = readValue(text, reading);
      const number = typeof read === 'string' ? readNumber(read) : undefined;
      return number !== undefined && compareNumbers(number, numberOf(value)) === 0;
    }
    case 'word':
      return String(asBoolean(text)) === value;
    case 'list':
    case 'object': {
      const read = readJson(text);
      return read !== undefined && isSameJson(jsonOf(read), value, times);
    }
  }
}

function isSameAsText(x: string, y: string, times: Times): boolean {
  return x === y || (isTime({ loose: false, times }) && compareTimed(x, y) === 0);
}

function kindOf(json: string): 'text' | 'number' | 'list' | 'object' | 'word' {
  switch (json[0]) {
    case '"':
      return 'text';
    case '[':
      return 'list';
    case '{':
      return 'object';
    case 't':
    case 'f':
    case 'n':
      return 'word';
    default:
      return 'number';
  }
}

function textOf(json: string): string {
  return unescapeJson(json.slice(1, -1));
}

function elementsOf(json: string): string[] {
  const elements: string[] = [];
  eachElement(json, (element) => elements.push(element));
  return elements;
}

/** JSON text without line ends: none stands inside a string. */
function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+\s*/g, ' ') : json;
}
