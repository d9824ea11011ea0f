import { isAscii } from 'node:buffer';
import type * as compile from './compile.ts';
import { isReadable } from '../fault.ts';
import type { Format } from '../format/driver.ts';
import type { RecordBlock } from '../format/record.ts';
import type { Violation } from '../violation.ts';
import { cellTypesOf, cellValue, textOnly } from './cells.ts';
import { SchemaError } from './schemaError.ts';
import { documentsOf, type SchemaSpec } from './schemaSpec.ts';

/** Violations that are kept of one record. */
const mostViolations = 16;

export interface CheckedBlock {
  readonly checked: number;
  readonly violations: ReadonlyMap<number, readonly Violation[]>;
}

/** Loads what compiles schemas, which is loaded only for that. @throws SchemaError where the schema cannot be used */
export async function compiledSchema(spec: SchemaSpec, name: string): Promise<compile.CompiledSchema> {
  const { compileSchema } = await import('./compile.ts');
  try {
    return compileSchema(spec);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const unsaid = spec.isDraftWritten ? '' : ' It has no $schema, and is read as draft 2020-12.';
    throw new SchemaError(`${name} cannot be used: ${reason}.${unsaid}`);
  }
}

/** Checks the records of one file by a schema. */
export class RecordChecker {
  readonly #schema: compile.CompiledSchema;
  readonly #values: (block: RecordBlock) => RecordValues;

  /** @throws SchemaError */
  static async of(spec: SchemaSpec, format: Format): Promise<RecordChecker> {
    return new RecordChecker(await compiledSchema(spec, 'The schema'), spec, format);
  }

  private constructor(schema: compile.CompiledSchema, spec: SchemaSpec, format: Format) {
    this.#schema = schema;
    this.#values = format.fields ? rowValues(format, spec) : jsonValues;
  }

  /**
   * The violations of each record that has some, and how many were checked: of those that can be read, the ones that
   * `among` takes by their faults.
   */
  check(block: RecordBlock, among: (fault: number) => boolean = isReadable): CheckedBlock {
    const violations = new Map<number, Violation[]>();
    let checked = 0;
    const { count, faults, faulty } = block;
    const values = this.#values(block);
    for (let record = 0; record < count; record++) {
      if (faulty > 0 && !(isReadable(faults[record]) && among(faults[record]))) continue;
      checked++;
      const value = values(record);
      try {
        if (this.#schema.isValid(value)) continue;
        violations.set(record, this.#schema.violations(value, mostViolations));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // The stack is deep enough for every record; a schema can need more where it refers to itself.
        throw new SchemaError('The schema refers to itself too deeply: a record cannot be checked by it.');
      }
    }
    return { checked, violations };
  }
}

type RecordValues = (record: number) => unknown;

/** Records of JSON. Where a block is ASCII, as most are, its text is made in one go. */
function jsonValues({ bytes, starts, ends, count }: RecordBlock): RecordValues {
  if (count === 0) return () => undefined;
  const first = starts[0];
  const all = bytes.subarray(first, ends[count - 1]);
  const buffer = Buffer.from(all.buffer, all.byteOffset, all.length);
  if (all.length <= longestText && isAscii(all)) {
    const text = buffer.toString('latin1');
    return (record) => JSON.parse(text.slice(starts[record] - first, ends[record] - first)) as unknown;
  }
  return (record) =>
    JSON.parse(buffer.toString('utf8', starts[record] - first, ends[record] - first)) as unknown;
}

const longestText = 64 * 1024 * 1024;

/** The rows of a table as objects. A cell without anything in it is a member that is missing. */
function rowValues(format: Format, spec: SchemaSpec): (block: RecordBlock) => RecordValues {
  const fields = format.fields?.();
  const { layout } = format;
  if (fields === undefined || layout.names !== 'columns') throw new TypeError('The records are no rows.');
  const types = cellTypesOf(layout.columns, documentsOf(spec));
  return (block) => (record) => {
    const values: Record<string, unknown> = {};
    const count = fields.read(block, record);
    for (let column = 0; column < count; column++) {
      if (fields.isNull(column)) continue;
      const { bytes, start, end } = fields.text(column);
      const text = decoder.decode(bytes.subarray(start, end));
      const value = cellValue(text, types.at(column) ?? textOnly, layout.readings?.at(column));
      setMember(values, fields.name(column), value);
    }
    return values;
  };
}

/** As `JSON.parse` does. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
