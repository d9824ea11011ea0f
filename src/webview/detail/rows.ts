/** The lines of a record's tree as they show, one after the other, given what is unfolded. */
import { isContainerText, membersOf, readJson, textOf, type JsonValue } from './json.ts';
import type { Step } from './path.ts';

export interface TreeLine {
  /** Its path by names, the same in every record: what is chosen and unfolded is remembered by it. */
  readonly id: string;
  readonly depth: number;
  /** Undefined at the root. */
  readonly key: Step | undefined;
  /** Undefined inside of a text's own JSON, which no path reaches. */
  readonly path: readonly Step[] | undefined;
  readonly value: JsonValue;
  /** What unfolds: a list or an object, or a text that holds one. */
  readonly inside: JsonValue | undefined;
  readonly open: boolean;
  /** Instead of a value: so many members more can be shown. */
  readonly more: boolean;
}

/** Members that show at first, and each time more are asked for. */
export const membersAtOnce = 100;
/** Strings longer than this are not looked into for JSON. */
const longestNested = 1_000_000;

/** `open` holds, by the line's id, how many members show; absent means folded. */
export function treeLines(root: JsonValue, open: ReadonlyMap<string, number>): TreeLine[] {
  const lines: TreeLine[] = [];
  visit(rootLine(root));
  return lines;

  function visit(line: TreeLine): void {
    const { id, depth, path, value, inside } = line;
    const shown = inside ? open.get(id) : undefined;
    lines.push({ ...line, open: shown !== undefined });
    if (!inside || shown === undefined) return;
    for (const member of linesInside(line, inside, shown)) visit(member);
    if (membersOf(inside, shown).next) {
      const more = { key: undefined, path, value, inside, open: false, more: true };
      lines.push({ ...more, id: `${id}/more`, depth: depth + 1 });
    }
  }
}

/** Lines that a search shows, and members that it looks at. */
const mostFound = 500;
const mostSearched = 50_000;

/** The lines whose key or value holds the text, in any case, with the lines that they are inside of. */
export function foundLines(root: JsonValue, text: string): TreeLine[] {
  const sought = text.toLowerCase();
  const holds = (part: string) => part.toLowerCase().includes(sought);
  const lines: TreeLine[] = [];
  let looked = 0;
  const isEnough = (): boolean => lines.length >= mostFound || looked >= mostSearched;
  visit(rootLine(root));
  return lines;

  function visit(line: TreeLine): void {
    looked++;
    const { key, value, inside } = line;
    const shown = { ...line, open: inside !== undefined };
    const own = typeof key === 'string' && holds(key);
    if (own || (!inside && holds(textOf(value)))) lines.push(shown);
    if (!inside) return;
    const at = lines.length;
    for (const member of linesInside(line, inside, mostSearched)) {
      if (isEnough()) break;
      visit(member);
    }
    if (!own && lines.length > at) lines.splice(at, 0, shown);
    // What is found by its name shows what it holds.
    if (own && lines.length === at) lines.push(...linesInside(line, inside, membersAtOnce));
  }
}

function rootLine(root: JsonValue): TreeLine {
  return lineOf(root, '$', 0, undefined, []);
}

/** The folded lines of the first members of what unfolds in a line. */
function* linesInside(
  { id, depth, path, value }: TreeLine,
  inside: JsonValue,
  most: number,
): Generator<TreeLine> {
  const nested = inside !== value;
  for (const member of namedMembers(id, inside, most)) {
    const { step } = member;
    yield lineOf(member.value, member.id, depth + 1, step, nested || !path ? undefined : [...path, step]);
  }
}

interface NamedMember {
  readonly id: string;
  readonly step: Step;
  /** 0-based. */
  readonly index: number;
  readonly value: JsonValue;
}

/** Members with the ids of their lines. A name that is there again is told from the first one by its number. */
function* namedMembers(parent: string, container: JsonValue, most: number): Generator<NamedMember> {
  const seen = new Map<string, number>();
  for (const { key, index, value } of membersOf(container, most).items) {
    if (key === undefined) {
      yield { id: `${parent}/${index}`, step: index, index, value };
      continue;
    }
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    yield { id: memberId(parent, key, before), step: key, index, value };
  }
}

/** No name is taken for a place in a list, for two names, or for what shows more. */
function memberId(parent: string, name: string, before: number): string {
  const written = name.replaceAll('~', '~0').replaceAll('/', '~1');
  return `${parent}/${before > 0 ? before + 1 : ''}:${written}`;
}

function lineOf(
  value: JsonValue,
  id: string,
  depth: number,
  key: Step | undefined,
  path: readonly Step[] | undefined,
): TreeLine {
  return { id, depth, key, path, value, inside: insideOf(value), open: false, more: false };
}

/** How a line's path stands to one that is sought. */
export type Nearness = 'here' | 'inside' | 'elsewhere';

/** A line on the way to another one. */
export interface WayLine {
  readonly id: string;
  /** Among the members of the line that it is in, 0-based. */
  readonly index: number;
}

/** The lines that lead to a path, the last being its own; empty where the record has no such path. */
export function linesTo(root: JsonValue, nearness: (path: readonly Step[]) => Nearness): WayLine[] {
  const way: WayLine[] = [];
  let value: JsonValue = root;
  let path: readonly Step[] = [];
  for (;;) {
    if (value.type !== 'object' && value.type !== 'list') return [];
    const next = nextOnWay(way.at(-1)?.id ?? '$', value, (step) => nearness([...path, step]) !== 'elsewhere');
    if (!next) return [];
    path = [...path, next.step];
    way.push({ id: next.id, index: next.index });
    if (nearness(path) === 'here') return way;
    value = next.value;
  }
}

function nextOnWay(
  parent: string,
  container: JsonValue,
  leads: (step: Step) => boolean,
): NamedMember | undefined {
  for (const member of namedMembers(parent, container, mostSearched)) if (leads(member.step)) return member;
  return undefined;
}

/** How many members of each line on the way have to show, so that its last line is among them. */
export function openTo(way: readonly WayLine[], open: ReadonlyMap<string, number>): [string, number][] {
  return way.map(({ id, index }) => {
    const parent = parentOf(id);
    const shown = Math.max(membersAtOnce, open.get(parent) ?? 0);
    return [parent, Math.max(shown, Math.ceil((index + 1) / membersAtOnce) * membersAtOnce)];
  });
}

function parentOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('/')));
}

/**
 * The line that takes the place of one that is not there: what it would be inside of, else the one at the place where it
 * was last.
 */
export function nearestLine(lines: readonly TreeLine[], id: string, place: number): TreeLine | undefined {
  // The root is around everything, and near nothing.
  for (let around = parentOf(id); around.includes('/'); around = parentOf(around)) {
    const line = lines.find((other) => other.id === around);
    if (line) return line;
  }
  return lines.at(Math.min(place, lines.length - 1));
}

function insideOf(value: JsonValue): JsonValue | undefined {
  if (value.type === 'object' || value.type === 'list')
    return value.end - value.start > 2 ? value : undefined;
  if (value.type !== 'text' || value.end - value.start > longestNested) return undefined;
  const text = textOf(value);
  return isContainerText(text) ? readJson(text) : undefined;
}

/** The outermost values are unfolded, further ones while the record stays small. */
export function firstOpen(root: JsonValue): Map<string, number> {
  const open = new Map([['$', membersAtOnce]]);
  if (root.type !== 'object' && root.type !== 'list') return open;
  let lines = membersOf(root, membersAtOnce).items.length;
  for (const { id, value } of namedMembers('$', root, membersAtOnce)) {
    if (value.type !== 'object' && value.type !== 'list') continue;
    const inside = membersOf(value, 13).items.length;
    if (inside > 12 || lines + inside > 60) continue;
    open.set(id, membersAtOnce);
    lines += inside;
  }
  return open;
}
