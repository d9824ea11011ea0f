/** A set of code points as ranges, ascending and apart from one another; both ends are included. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

export const maxCodePoint = 0x10ffff;

export const digits: CodePoints = [[0x30, 0x39]];
export const wordCharacters: CodePoints = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** RE2's \s: no vertical tab. */
export const spaces: CodePoints = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

export function union(...sets: readonly CodePoints[]): CodePoints {
  const sorted = sets.flat().toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function complement(set: CodePoints): CodePoints {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of union(set)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= maxCodePoint) result.push([next, maxCodePoint]);
  return result;
}

/** Larger ranges have their cases beside them already, or are too many to look at one by one. */
const maxFolded = 20_000;

/** The set with the other letter case of all its members. */
export function foldCase(set: CodePoints): CodePoints {
  const added: [number, number][] = [];
  for (const [from, to] of set) {
    for (let point = from; point <= Math.min(to, from + maxFolded); point++) {
      const character = String.fromCodePoint(point);
      for (const other of [character.toLowerCase(), character.toUpperCase()]) {
        const folded = other.codePointAt(0) ?? point;
        if (folded !== point && String.fromCodePoint(folded) === other) added.push([folded, folded]);
      }
    }
  }
  return union(set, added);
}

const known = new Map<string, CodePoints | undefined>();

/** The members of a Unicode class, such as `L` or `Greek`, as this JavaScript engine knows them. */
export function unicodeClass(name: string): CodePoints | undefined {
  if (!known.has(name)) known.set(name, enumerate(name));
  return known.get(name);
}

function enumerate(name: string): CodePoints | undefined {
  const test = propertyTest(name) ?? propertyTest(`Script=${name}`);
  if (test === undefined) return undefined;
  const ranges: [number, number][] = [];
  for (let point = 0; point <= maxCodePoint; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    if (!test.test(String.fromCodePoint(point))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  return ranges;
}

function propertyTest(name: string): RegExp | undefined {
  if (!/^\w+(=\w+)?$/.test(name)) return undefined;
  try {
    return new RegExp(`^\\p{${name}}$`, 'u');
  } catch {
    return undefined;
  }
}
