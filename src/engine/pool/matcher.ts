import { Fault, isReadable } from '../fault.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { zoneOf, type Zone } from '../index/zone.ts';
import type { Plan } from '../query/index.ts';
import type { Layout } from '../query/layout.ts';
import { parseQuery, planQuery } from '../query/index.ts';
import type { TextFinder } from './find.ts';
import { firstNumbers } from './firstNumbers.ts';

/** A query that a task brought along does not parse: it was checked before, so this is a bug. */
export function planOf(query: string, format: FormatSpec, joined?: readonly Layout[]): Plan {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new SyntaxError(`A scan was asked for with a query that does not parse: ${query}`);
  return planQuery(parsed.query, formatOf(format).layout, joined);
}

const takes = {
  all: () => true,
  readable: isReadable,
  'well-formed': (fault: number) => fault === Fault.None,
} as const;

/** Says which records of a block a query selects. Holds the selection vector that blocks share. */
export class Matcher {
  readonly plan: Plan;
  readonly #zoned: readonly { readonly field: number; readonly kind: 'number' | 'text' }[];
  readonly #takes: (fault: number) => boolean;
  /** What a row must hold besides. */
  readonly finder: TextFinder | undefined;
  /** Whether records that the schema does not allow are left out. */
  readonly #onlyValid: boolean;
  #selection = new Uint32Array(4096);

  /** @param among the records that take part where the query does not ask for malformed ones */
  constructor(plan: Plan, finder: TextFinder | undefined, among: 'all' | 'readable' | 'well-formed') {
    this.plan = plan;
    this.#onlyValid = among !== 'all' && !plan.needsViolations;
    this.#takes = plan.needsFaulty ? takes.all : takes[among];
    this.#zoned = plan.zones.map(({ kind, path }) => ({ kind, field: fieldOf(plan, kind, path) }));
    this.finder = finder;
  }

  get fields(): readonly FieldRequest[] {
    return this.plan.where?.fields ?? [];
  }

  /** What the block's values say of the conditions that every match must meet. Only before the next scan. */
  zones(block: RecordBlock): Zone[] {
    return this.#zoned.map(({ field, kind }) => zoneOf(block, block.fields[field], kind));
  }

  /** Record indices of the block, ascending; valid until the next call. */
  get selection(): Uint32Array {
    return this.#selection;
  }

  /** How many records of the block take part, whatever the conditions say of them. */
  candidates({ count, faults, faulty, violations }: RecordBlock): number {
    const invalid = this.#onlyValid ? (violations?.size ?? 0) : 0;
    if (faulty === 0) return count - invalid;
    let left = -invalid;
    for (let i = 0; i < count; i++) if (this.#takes(faults[i])) left++;
    return left;
  }

  /** Sets `selection`, given the 0-based numbers of the block's first record and line; answers how many are in it. */
  select(block: RecordBlock, record: number, line: number): number {
    if (this.#selection.length < block.count) this.#selection = new Uint32Array(2 * block.count);
    const selection = this.#selection;
    const among = block.held ?? firstNumbers(block.count);
    let count = among.length;
    if (block.faulty === 0) {
      selection.set(among);
    } else {
      const { faults } = block;
      count = 0;
      for (let i = 0; i < among.length; i++) {
        const record = among[i];
        if (this.#takes(faults[record])) selection[count++] = record;
      }
    }
    const { violations } = block;
    if (violations !== undefined && violations.size > 0 && this.#onlyValid) {
      count = withoutInvalid(selection, count, violations);
    }
    if (this.plan.where) count = this.plan.where.select(block, selection, count, { record, line });
    return this.finder ? this.finder.select(block, selection, count, record, line) : count;
  }
}

function withoutInvalid(
  selection: Uint32Array,
  count: number,
  violations: ReadonlyMap<number, unknown>,
): number {
  let left = 0;
  for (let i = 0; i < count; i++) if (!violations.has(selection[i])) selection[left++] = selection[i];
  return left;
}

/** Which of the fields that a plan asks for is that of a zone. */
function fieldOf(plan: Plan, kind: 'number' | 'text', path: FieldRequest['path']): number {
  const wanted = JSON.stringify(path);
  return plan.fields.findIndex(
    (field) => JSON.stringify(field.path) === wanted && (kind === 'text' || field.numeric),
  );
}
