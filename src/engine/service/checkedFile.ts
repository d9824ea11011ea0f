import type { ExportProgress } from '../../protocol/engine.ts';
import type { CheckSummary, SchemaCheck, Violation } from '../../protocol/schemaCheck.ts';
import type { Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { throttled } from '../run/throttle.ts';

/** Rules that a page is told of. */
const mostRules = 100;

const nothingYet: Omit<SchemaCheck, 'schema'> = {
  ...{ phase: 'running', records: 0, invalid: 0, rules: [], brokenRules: 0, listed: 0, scanned: 0 },
  ...{ total: undefined, said: undefined },
};

/** The file of a preview as a schema sees it: what queries that ask for `_violation` read, and what a check has found. */
export class CheckedFile {
  readonly dataset: Dataset;
  #holders = 1;
  #check: SchemaCheck;
  #violations: readonly Violation[] = [];
  readonly #tell: (check: SchemaCheck) => void;
  readonly #tellSeldom: (check: SchemaCheck) => void;

  /**
   * @param schema name of its file
   * @param dataset one that was opened with the schema; the one who makes this holds it
   * @param tell told of each change, of progress at most every 100 ms
   */
  constructor(schema: string, dataset: Dataset, tell: (check: SchemaCheck) => void) {
    this.dataset = dataset;
    this.#check = { ...nothingYet, schema };
    this.#tell = tell;
    this.#tellSeldom = throttled(tell);
  }

  begin(): void {
    this.#tell(this.#check);
  }

  get check(): SchemaCheck {
    return this.#check;
  }

  /** The violations that were found first, in the order of the file. */
  violations(first: number, count: number): readonly Violation[] {
    return this.#violations.slice(first, first + count);
  }

  found(summary: CheckSummary, violations: readonly Violation[]): void {
    this.#violations = violations;
    const { records, invalid, rules } = summary;
    this.#check = {
      ...this.#check,
      ...{ records, invalid, rules: rules.slice(0, mostRules), brokenRules: rules.length },
      listed: violations.length,
    };
  }

  progressed({ scanned, total }: Pick<ExportProgress, 'scanned' | 'total'>): void {
    this.#check = { ...this.#check, scanned, total };
    this.#tellSeldom(this.#check);
  }

  ended(phase: Exclude<SchemaCheck['phase'], 'running'>, said?: Said): void {
    this.#check = { ...this.#check, phase, said };
    this.#tell(this.#check);
  }

  /** Does something with the dataset, which stays open until then. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    this.#holders++;
    try {
      return await work();
    } finally {
      await this.letGo();
    }
  }

  /** Closes the dataset when nobody else holds it. */
  async letGo(): Promise<void> {
    if (--this.#holders === 0) await this.dataset.close();
  }
}
