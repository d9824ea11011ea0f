import { columnNames, type FieldPath } from '../format/json/fields.ts';
import type { FieldRequest } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import { figureNames, type FigureName } from '../query/operator/describe.ts';
import type { Slot } from '../query/resolve/slot.ts';
import type { Step } from '../query/resolve/step.ts';
import { figuresOf, type ColumnAccumulator, type ColumnSet } from '../statistics/index.ts';
import { wholeBatch, type Batch } from './batch.ts';
import { Description } from './description.ts';
import { discard } from '../discard.ts';
import { slotsOf } from './output.ts';
import type { Stage } from './stage.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';

/** DESCRIBE. Each thread gathers what the columns hold in its own rows. */
export function describeStage(step: Step<'describe'>, slots: readonly Slot[]): Stage {
  return {
    name: 'DESCRIBE',
    reads: slotsOf(step.output),
    fills: Object.values(step.slots),
    renews: true,
    reduces: true,
    parts: {
      reduce: () => new Description(step.output, slots),
      async *gather(parts, { signal }) {
        const whole = new Description(step.output, slots);
        for await (const part of parts) {
          whole.merge(part);
          discard(part);
          signal.throwIfAborted();
        }
        yield describedRows(step, namedColumns(step, whole), whole.set.rows);
      },
    },
    async *run(input, { signal }) {
      const whole = new Description(step.output, slots);
      for await (const batch of input) {
        whole.add(batch);
        signal.throwIfAborted();
      }
      yield describedRows(step, namedColumns(step, whole), whole.set.rows);
    },
  };
}

/** The columns by their names. */
function namedColumns({ output }: Step<'describe'>, whole: Description): NamedColumn[] {
  const found = whole.columns;
  const inside = columnNames(found.flatMap(({ path, part }) => (output[part].kind === 'open' ? [path] : [])));
  let open = 0;
  return found.map(({ path, part, column }) => ({
    name: output[part].kind === 'open' ? inside[open++] : path[0],
    column,
  }));
}

/** A column of a set, by the name that it has in the rows. */
interface NamedColumn {
  readonly name: string;
  readonly column: ColumnAccumulator;
}

/** A row for each column, in slots of the step. */
function describedRows({ slots }: Step<'describe'>, columns: readonly NamedColumn[], count: number): Batch {
  const rows = columns.map(({ name, column }) => figuresOf(name, column, count));
  const vectors: Vector[] = [];
  const cells = (figure: FigureName): Cell[] => rows.map((row) => row[figure]);
  for (const name of figureNames) vectors[slots[name]] = new CellVector(cells(name));
  return wholeBatch(vectors, rows.length);
}

/** The rows of `describedFields`, given what was gathered. */
export function rowsOfFields(
  { step, names, discover }: DescribedFields,
  { columns, held, set }: { readonly columns: readonly FieldRequest['path'][] } & HeldColumns,
): Batch {
  const count = set.rows - set.malformed;
  // A column that no row has is none, although the first records of the file have it.
  const seen = [...held.keys()].filter((at) => !discover || held[at].hasValues(count));
  const all = names ?? columnNames(seen.map((at) => columns[at].map(String)));
  return describedRows(
    step,
    seen.map((at, place) => ({ name: all[place], column: held[at] })),
    count,
  );
}

interface HeldColumns {
  readonly held: readonly ColumnAccumulator[];
  readonly set: ColumnSet;
}

export interface DescribedFields {
  readonly step: Step<'describe'>;
  readonly columns: readonly FieldRequest['path'][];
  readonly discover: boolean;
  /** Undefined where they are those of the fields. */
  readonly names: readonly string[] | undefined;
}

/**
 * What DESCRIBE asks for where it is the first step and asks for fields of the records as they stand: those are gathered
 * without making rows of them.
 * @param seen columns that the file's first records have
 * @param areAll whether there are no others, as in a file without records, of which a schema alone tells
 */
export function describedFields(
  { steps, slots, fields }: Plan,
  seen: readonly FieldPath[],
  areAll: boolean,
): DescribedFields | undefined {
  const step = steps.at(0);
  if (step?.kind !== 'describe') return undefined;
  const { output } = step;
  const [first] = output;
  if (output.length === 1 && first.kind === 'open') {
    if (slots[first.slot].source.kind !== 'record' || first.edits.length > 0) return undefined;
    return { step, columns: seen, discover: !areAll, names: undefined };
  }
  const columns: FieldRequest['path'][] = [];
  for (const part of output) {
    const { source } = slots[part.slot];
    if (part.kind !== 'column' || source.kind !== 'field') return undefined;
    columns.push(fields[source.field].path);
  }
  return {
    step,
    columns,
    discover: false,
    names: output.flatMap((part) => (part.kind === 'column' ? [part.name] : [])),
  };
}
