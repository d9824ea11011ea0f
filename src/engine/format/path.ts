import type { FieldRequest } from './record.ts';

/**
 * The requested paths of a JSON record as a tree that is walked along with the text: the node of an object has a
 * branch for each key that matters, that of a list one for each index.
 */
export interface PathNode {
  /** Columns whose path ends here. */
  readonly here: readonly number[];
  /** Columns whose path ends here or further down: what a repeated key takes back. */
  readonly below: readonly number[];
  readonly keys: readonly KeyBranch[];
  /** The same. */
  readonly byKey: ReadonlyMap<string, PathNode>;
  /** By 0-based index. */
  readonly items: ReadonlyMap<number, PathNode>;
}

export interface KeyBranch {
  readonly key: string;
  /** The key as it stands in a record without escapes; undefined where only escapes can write it (a lone surrogate). */
  readonly utf8: Uint8Array | undefined;
  readonly node: PathNode;
}

export function pathTree(fields: readonly FieldRequest[]): PathNode {
  return grow(
    fields.map(({ path }, column) => ({ path, column })),
    0,
  );
}

interface Wanted {
  readonly path: readonly (string | number)[];
  readonly column: number;
}

function grow(wanted: readonly Wanted[], depth: number): PathNode {
  const branches = new Map<string | number, Wanted[]>();
  for (const one of wanted) {
    const step = one.path.at(depth);
    if (depth >= one.path.length || step === undefined) continue;
    const branch = branches.get(step);
    if (branch === undefined) branches.set(step, [one]);
    else branch.push(one);
  }

  const keys: KeyBranch[] = [];
  const items = new Map<number, PathNode>();
  for (const [step, branch] of branches) {
    const node = grow(branch, depth + 1);
    if (typeof step === 'number') items.set(step - 1, node);
    else keys.push({ key: step, utf8: rawKey(step), node });
  }
  return {
    here: wanted.filter(({ path }) => path.length === depth).map(({ column }) => column),
    below: wanted.map(({ column }) => column),
    keys,
    byKey: new Map(keys.map(({ key, node }) => [key, node])),
    items,
  };
}

function rawKey(key: string): Uint8Array | undefined {
  return /\p{Surrogate}/u.test(key) ? undefined : new TextEncoder().encode(key);
}
