import { english } from '../../said/said.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { Fault } from '../fault.ts';
import type { RecordBlock } from '../format/record.ts';
import { lineOf, numberOf, offsetOf } from '../format/recordBlocks.ts';
import { formatOf } from '../format/registry.ts';
import type { RecordChecker } from '../schema/checker.ts';
import type { RejectOrigin } from '../sink/rejects.ts';
import { createRowEncoder, type RowEncoder } from '../sink/rowEncoder.ts';
import type { Violation } from '../violation.ts';
import type { BrokenRule, CheckedRecords, ScanTask } from './task.ts';

/** Different violations of a stretch that are told apart before alike ones are looked for no longer. */
const mostKinds = 50_000;

/** Checks the blocks of a stretch, and adds up what comes of it. */
export class CheckTally {
  readonly #checker: RecordChecker;
  /** Malformed records that are collected are not checked as well. */
  readonly #among: ((fault: number) => boolean) | undefined;
  readonly #encoder: RowEncoder | undefined;
  readonly #list: ViolationList | undefined;
  readonly #rules = new Map<string, Violation & { records: number }>();
  #records = 0;
  #invalid = 0;

  constructor(checker: RecordChecker, { file, malformed, violations }: ScanTask) {
    this.#checker = checker;
    this.#among = malformed === 'collect' ? (fault) => fault === Fault.None : undefined;
    this.#encoder = violations?.bytes ? createRowEncoder(formatOf(file.format), 'same', []) : undefined;
    this.#list = violations?.list ? new ViolationList() : undefined;
  }

  /**
   * @param origin what comes before the block in the stretch
   * @param quickFields see `RecordChecker.check`
   */
  take(
    block: RecordBlock,
    origin: RejectOrigin,
    quickFields: number,
  ): ReadonlyMap<number, readonly Violation[]> {
    const values = new Map<number, readonly string[]>();
    const { checked, violations } = this.#checker.check(
      block,
      this.#among,
      quickFields,
      this.#list && ((record, found) => values.set(record, found)),
    );
    this.#records += checked;
    this.#invalid += violations.size;
    for (const [record, found] of violations) {
      this.#count(found);
      this.#list?.add(block, record, origin, found, values.get(record) ?? []);
    }
    this.#encoder?.encode(block, Uint32Array.from(violations.keys()), violations.size);
    return violations;
  }

  finish(): CheckedRecords {
    return {
      records: this.#records,
      invalid: this.#invalid,
      rules: [...this.#rules.values()] satisfies BrokenRule[],
      listed: this.#list?.finish(),
      bytes: this.#encoder?.out.take(),
    };
  }

  /** A record counts once for each rule that it breaks. */
  #count(violations: readonly Violation[]): void {
    const seen = new Set<string>();
    for (const violation of violations) {
      if (seen.has(violation.key)) continue;
      seen.add(violation.key);
      const rule = this.#rules.get(violation.key);
      if (rule) rule.records++;
      else this.#rules.set(violation.key, { ...violation, records: 1 });
    }
  }
}

/** Violations by number, so that a stretch of nothing else fits into memory. */
class ViolationList {
  readonly #records: number[] = [];
  readonly #lines: number[] = [];
  readonly #offsets: number[] = [];
  readonly #kinds: number[] = [];
  readonly #values = new ByteBuilder();
  readonly #valueEnds: number[] = [];
  readonly #violations: Violation[] = [];
  /** Records that are invalid alike share their violations. */
  readonly #numbers = new WeakMap<Violation, number>();
  readonly #known = new Map<string, number>();

  add(
    block: RecordBlock,
    record: number,
    origin: RejectOrigin,
    violations: readonly Violation[],
    values: readonly string[],
  ): void {
    for (const [at, violation] of violations.entries()) {
      this.#records.push(numberOf(block, record, origin.record));
      this.#lines.push(lineOf(block, record, origin.line));
      this.#offsets.push(offsetOf(block, record));
      this.#kinds.push(this.#kindOf(violation));
      this.#values.text(values.at(at) ?? '');
      this.#valueEnds.push(this.#values.length);
    }
  }

  finish(): CheckedRecords['listed'] {
    return {
      records: Uint32Array.from(this.#records),
      lines: Uint32Array.from(this.#lines),
      offsets: Float64Array.from(this.#offsets),
      kinds: Uint32Array.from(this.#kinds),
      values: this.#values.take(),
      valueEnds: Uint32Array.from(this.#valueEnds),
      violations: this.#violations,
    };
  }

  #kindOf(violation: Violation): number {
    const shared = this.#numbers.get(violation);
    if (shared !== undefined) return shared;
    const name = `${violation.path}\n${english(violation.message)}\n${violation.key}`;
    const kind = this.#known.get(name) ?? this.#violations.push(violation) - 1;
    if (this.#known.size < mostKinds) this.#known.set(name, kind);
    this.#numbers.set(violation, kind);
    return kind;
  }
}
