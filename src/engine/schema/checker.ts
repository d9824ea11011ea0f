import { said } from '../../said/said.ts';
import type * as compile from './compile.ts';
import { isReadable } from '../fault.ts';
import type { Format } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import type { Violation } from '../violation.ts';
import { cellTypesOf, cellValue, textOnly } from './cells.ts';
import { SchemaError } from './schemaError.ts';
import { QuickCheck } from './quickCheck.ts';
import { quickPlanOf } from './quickPlan.ts';
import { ownMember, valueAt } from './memberAt.ts';
import { documentsOf, type SchemaSpec } from './schemaSpec.ts';
import { valueText } from './valueText.ts';
import { jsonValues, rowValues, singleValues, type RecordValues } from './values.ts';
import { parseWholeNumbers } from './wholeNumbers.ts';

/** Lists of violations that are kept to be shared. */
const mostKnown = 4096;
/** Violations that are kept of one record. */
const mostViolations = 16;

export interface CheckedBlock {
  readonly checked: number;
  readonly violations: ReadonlyMap<number, readonly Violation[]>;
}

/** Told the values that break the rules of a record, in the order of its violations, as bounded JSON text; '' for none. */
export type TakeValues = (record: number, values: readonly string[]) => void;

/** Loads what compiles schemas, which is loaded only for that. @throws SchemaError where the schema cannot be used */
export async function compiledSchema(spec: SchemaSpec, name: string): Promise<compile.CompiledSchema> {
  const { compileSchema } = await import('./compile.ts');
  try {
    return compileSchema(spec);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError(
      spec.isDraftWritten
        ? said`${name} cannot be used: ${reason}.`
        : said`${name} cannot be used: ${reason}. It has no $schema, and is read as draft 2020-12.`,
    );
  }
}

/** Checks the records of one file by a schema. */
export class RecordChecker {
  readonly #schema: compile.CompiledSchema;
  readonly #known = new Map<string, readonly Violation[]>();
  readonly #values: (block: RecordBlock) => RecordValues;
  /** The same with whole numbers beyond 2^53 as `bigint`, where few of the records are asked for. */
  readonly #exactValues: (block: RecordBlock) => RecordValues;

  /** @throws SchemaError */
  static async of(spec: SchemaSpec, format: Format): Promise<RecordChecker> {
    return new RecordChecker(await compiledSchema(spec, 'The schema'), spec, format);
  }

  /** Undefined where only whole records tell whether they are valid. */
  readonly quick: QuickCheck | undefined;

  private constructor(schema: compile.CompiledSchema, spec: SchemaSpec, format: Format) {
    this.#schema = schema;
    const plan = format.kind === 'jsonl' ? quickPlanOf(documentsOf(spec)) : undefined;
    this.quick = plan && new QuickCheck(plan, schema);
    this.#values = format.fields ? cellsOf(format, spec, false) : (block) => jsonValues(block);
    this.#exactValues = format.fields
      ? cellsOf(format, spec, true)
      : (block) => singleValues(block, parseWholeNumbers);
  }

  /**
   * The violations of each record that has some, and how many were checked: of those that can be read, the ones that
   * `among` takes by their faults.
   * @param quickFields index in `block.fields` of the first field of `quick`; undefined: they are not there
   */
  check(
    block: RecordBlock,
    among: (fault: number) => boolean = isReadable,
    quickFields?: number,
    takeValues?: TakeValues,
  ): CheckedBlock {
    const violations = new Map<number, readonly Violation[]>();
    let checked = 0;
    const { count, faults, faulty } = block;
    const sure = quickFields === undefined ? undefined : this.quick?.sure(block, quickFields);
    let values: RecordValues | undefined;
    for (let record = 0; record < count; record++) {
      if (faulty > 0 && !(isReadable(faults[record]) && among(faults[record]))) continue;
      checked++;
      if (sure?.[record] === 1) continue;
      // Of a few, each is read by itself.
      values ??= sure ? singleValues(block) : this.#values(block);
      const value = values(record);
      try {
        if (this.#schema.isValid(value)) continue;
        const found = this.#schema.violations(value, mostViolations);
        violations.set(record, this.#shared(found));
        takeValues?.(
          record,
          found.map((one) => this.#valueText(one, block, record)),
        );
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // The stack is deep enough for every record; a schema can need more where it refers to itself.
        throw new SchemaError(
          said`The schema refers to itself too deeply: a record cannot be checked by it.`,
        );
      }
    }
    return { checked, violations };
  }

  /** What breaks a rule, with all digits of its numbers, of which `ajv` gets doubles. */
  #valueText({ path, value }: compile.FoundViolation, block: RecordBlock, record: number): string {
    if (value === undefined) return '';
    const text = valueText(value.found);
    if (!mayBeRounded.test(text)) return text;
    const place = valueAt(this.#exactValues(block)(record), path);
    const exact = value.member === undefined ? place : ownMember(place?.value, value.member);
    return exact ? valueText(exact.value) : text;
  }

  /** The same list for the same violations: most invalid records of a file are invalid alike. */
  #shared(violations: readonly compile.FoundViolation[]): readonly Violation[] {
    const name = violations
      .map(({ path, message, detail = '', key }) => `${path}\n${message}\n${detail}\n${key}`)
      .join('\n\n');
    const known = this.#known.get(name);
    if (known) return known;
    if (this.#known.size === mostKnown) this.#known.clear();
    const shared = violations.map((violation) => {
      const { path, rule, key } = violation;
      return { path, rule, message: this.#schema.said(violation), key };
    });
    this.#known.set(name, shared);
    return shared;
  }
}

/** Numbers that doubles may have changed, as JavaScript writes them. */
const mayBeRounded = /\d{16}|e\+/;

function cellsOf(format: Format, spec: SchemaSpec, isExact: boolean): (block: RecordBlock) => RecordValues {
  const { layout } = format;
  const types = layout.names === 'columns' ? cellTypesOf(layout.columns, spec) : [];
  return rowValues(format, (text, column, reading) =>
    cellValue(text, types.at(column) ?? textOnly, reading, isExact),
  );
}
