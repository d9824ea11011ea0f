import type { Format } from '../format/driver.ts';
import { formatOf } from '../format/registry.ts';
import { rowShape } from '../sink/exportFormat.ts';
import { createRowEncoder } from '../sink/rowEncoder.ts';
import { GroupBuilder } from '../sink/typed/groupBuilder.ts';
import { JsonCells } from '../sink/typed/jsonCells.ts';
import { RowSurvey } from '../sink/typed/rowSurvey.ts';
import { TableCells } from '../sink/typed/tableCells.ts';
import type { EncodedGroup, TypedFormat } from '../sink/typed/typedFormat.ts';
import { typedFormatOf } from '../sink/typedFormats.ts';
import type { Collector } from './collector.ts';
import { fieldsOf } from './columns.ts';
import type { Matcher } from './matcher.ts';
import { natureOfRows } from './rowNature.ts';
import type { FileSpec, GroupsOutput, ScanResult, TypesOutput } from './task.ts';

/** A group ends within a stretch of the file only behind a block with which it has so many rows, or is made of so many bytes. */
const [mostRows, mostBytes] = [2 * 122_880, 32 * 1024 * 1024];

/** What takes in rows, as lines of JSON or as cells of a table. */
interface RowTaker {
  addLines(lines: Uint8Array): void;
  /** Whether it has taken them: else they are to be taken as lines. */
  addRows(cells: Cells): boolean;
  finish(): Partial<ScanResult>;
}

type Cells = TableCells | JsonCells;

/** Looks at the types of records that match, or encodes them in a format whose columns have types. */
export async function typedCollector(
  output: TypesOutput | GroupsOutput,
  spec: FileSpec,
  matcher: Matcher,
): Promise<Collector> {
  const { plan, finder } = matcher;
  const format = formatOf(spec.format);
  const nature = natureOfRows(format, plan);
  const typed = await typedFormatOf(output.to);
  const rows =
    output.kind === 'types'
      ? new TypesTaker(nature, typed, matcher)
      : new GroupsTaker(new GroupBuilder(typed, output.types, nature.valueColumn));
  const encoder = createRowEncoder(format, 'jsonl', []);
  // Whoever looks for a text in all cells says by itself which fields the scan finds.
  const cells = finder ? undefined : cellsOf(format, output, matcher);
  const first = fieldsOf(plan, output).length;
  return {
    ...(cells && { fieldsBehind: cells.requests }),
    take(block, selection, count) {
      if (cells?.begin(block, first, selection, count) && rows.addRows(cells)) return;
      encoder.out.clear();
      encoder.encode(block, selection, count);
      rows.addLines(encoder.out.view());
    },
    finish: () => rows.finish(),
  };
}

/** The fields of which rows are made: of objects those that are known. */
function cellsOf(format: Format, output: TypesOutput | GroupsOutput, matcher: Matcher): Cells | undefined {
  if (format.dialect) return TableCells.of(format.dialect);
  if (rowShape(format, 'jsonl') !== 'raw') return undefined;
  const columns = output.kind === 'groups' ? output.types.keys() : knownColumns.get(matcher);
  return columns && JsonCells.of([...columns]);
}

/** The columns of rows that this thread has looked at before: those of other rows are mostly the same. */
const knownColumns = new WeakMap<Matcher, ReadonlySet<string>>();

class TypesTaker implements RowTaker {
  readonly #survey: RowSurvey;
  readonly #matcher: Matcher;

  constructor(nature: ReturnType<typeof natureOfRows>, format: TypedFormat, matcher: Matcher) {
    this.#survey = new RowSurvey(nature, format);
    this.#matcher = matcher;
  }

  addLines(lines: Uint8Array): void {
    this.#survey.addLines(lines);
  }

  addRows(cells: Cells): boolean {
    if (cells instanceof JsonCells) return this.#survey.addMembers(cells);
    this.#survey.addRows(cells);
    return true;
  }

  finish(): Partial<ScanResult> {
    const types = this.#survey.seen();
    knownColumns.set(
      this.#matcher,
      new Set([...(knownColumns.get(this.#matcher) ?? []), ...types.map(([name]) => name)]),
    );
    return { types };
  }
}

class GroupsTaker implements RowTaker {
  readonly #builder: GroupBuilder;
  readonly #groups: EncodedGroup[] = [];

  constructor(builder: GroupBuilder) {
    this.#builder = builder;
  }

  addLines(lines: Uint8Array): void {
    this.#builder.addLines(lines);
    this.#cut();
  }

  addRows(cells: Cells): boolean {
    this.#builder.addRows(cells);
    this.#cut();
    return true;
  }

  #cut(): void {
    if (this.#builder.has(mostRows, mostBytes)) this.#take();
  }

  #take(): void {
    const group = this.#builder.take();
    if (group) this.#groups.push(group);
  }

  finish(): Partial<ScanResult> {
    this.#take();
    return { groups: this.#groups };
  }
}
