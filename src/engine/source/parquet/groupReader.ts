import type { RowGroup, SchemaTree } from 'hyparquet/src/types.js';
import { said } from '../../../said/said.ts';
import type { Interruption } from '../compressed/decoded.ts';
import { SourceError, type Source } from '../source.ts';
import type { ReadAhead } from './chunkBytes.ts';
import { ColumnReader } from './columnReader.ts';
import type { ColumnWriter } from './jsonText.ts';

/** Rows that stand next to each other: of each column, a value of each. */
export interface GroupRows {
  readonly columns: readonly ColumnWriter[];
  readonly values: readonly ArrayLike<unknown>[];
  readonly count: number;
}

export interface NumberedGroup {
  readonly group: RowGroup;
  /** From 0. */
  readonly number: number;
  /** Its first row, of the file. */
  readonly first: number;
  readonly rows: number;
}

export function numbered(groups: readonly RowGroup[]): NumberedGroup[] {
  let first = 0;
  return groups.map((group, number) => {
    const rows = Number(group.num_rows);
    first += rows;
    return { group, number, first: first - rows, rows };
  });
}

/** Some columns of a row group, at one of its rows: from there on they are read, and forwards. */
export class GroupReader {
  readonly of: NumberedGroup;
  readonly #base: Source;
  readonly #columns: readonly ColumnWriter[];
  readonly #readers: readonly ColumnReader[];
  readonly #position: () => number;
  #done = 0;

  /**
   * @param position of the text, up to where it has been made: where it ends if the file is damaged
   * @throws SourceError
   */
  constructor(
    base: Source,
    schema: SchemaTree,
    of: NumberedGroup,
    columns: readonly ColumnWriter[],
    ahead: ReadAhead,
    position: () => number,
  ) {
    this.of = of;
    this.#position = position;
    this.#base = base;
    this.#columns = columns;
    this.#readers = columns.map(({ name }) => {
      try {
        return new ColumnReader(base, schema, name, of.group, ahead);
      } catch (error) {
        throw this.#damaged(error, name);
      }
    });
  }

  /** Rows of the group before the next one. */
  get done(): number {
    return this.#done;
  }

  /** See `LeafReader.behind`. */
  get behind(): number {
    return this.#readers.reduce((sum, { behind }) => sum + behind, 0);
  }

  /** Goes on to a row of the group: not before those that were taken. @throws SourceError */
  async *goTo(row: number): AsyncGenerator<Interruption, void> {
    if (row === this.#done) return;
    for (const reader of this.#readers) {
      try {
        yield* reader.goTo(row);
      } catch (error) {
        throw this.#damaged(error, reader.name);
      }
    }
    this.#done = row;
  }

  /** @returns the next rows, at most so many, but one at least. @throws SourceError */
  async *take(most: number): AsyncGenerator<Interruption, GroupRows> {
    let count = most;
    let name = '';
    try {
      for (const reader of this.#readers) {
        ({ name } = reader);
        const ready = yield* reader.ready(count);
        if (ready === 0) throw new RangeError(`it has ${this.#done} of ${this.of.rows} values`);
        count = Math.min(count, ready);
      }
      const values = this.#readers.map((reader) => {
        ({ name } = reader);
        return reader.take(count);
      });
      this.#done += count;
      return { columns: this.#columns, values, count };
    } catch (error) {
      throw this.#damaged(error, name);
    }
  }

  #damaged(error: unknown, column: string): unknown {
    if (error instanceof SourceError || !(error instanceof Error)) return error;
    const { name } = this.#base;
    const where = `row group ${this.of.number + 1}, column ${column}`;
    const reason = error.message.replace(/^parquet /, '');
    const failure = reason.startsWith('unsupported') ? 'unsupported' : 'corrupt';
    const message =
      failure === 'unsupported'
        ? said`${name} cannot be read (${reason}; ${where}).`
        : said`${name} is damaged (${where}: ${reason}).`;
    return new SourceError(failure, message, this.#position());
  }
}
