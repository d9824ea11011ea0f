import type { OpenValue, OutlineListener } from './outline.ts';

/** Names of an object, and members of one, that are looked at. */
const [mostNames, mostMembers] = [64, 200];

/** The names that the members of an object have, where they are objects. */
interface Members {
  count: number;
  /** By name, how many of them have it. */
  readonly having: Map<string, number>;
}

/** Which objects of a document hold records: members that have the names of their own members in common. */
export class Shapes implements OutlineListener {
  /** By depth, of what is open. */
  readonly #names: Set<string>[] = [];
  readonly #members: Members[] = [];

  opened({ length }: readonly OpenValue[]): boolean {
    this.#names[length] = new Set();
    this.#members[length] = { count: 0, having: new Map() };
    return false;
  }

  named({ length }: readonly OpenValue[], name: string): void {
    const names = this.#names.at(length);
    if (names && names.size < mostNames) names.add(name);
  }

  closed({ length }: readonly OpenValue[]): void {
    const around = this.#members.at(length - 1);
    if (length < 2 || !around || around.count === mostMembers) return;
    around.count++;
    for (const name of this.#names[length]) around.having.set(name, (around.having.get(name) ?? 0) + 1);
  }

  /** Whether the members of what is open at a depth are alike: most of their names are names of others too. */
  areAlike(depth: number): boolean {
    const { count, having } = this.#members[depth];
    const least = Math.max(2, count / 16);
    let [all, shared] = [0, 0];
    for (const times of having.values()) {
      all += times;
      if (times >= least) shared += times;
    }
    return all > 0 && 2 * shared >= all;
  }
}
