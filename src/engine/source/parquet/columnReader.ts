import { assembleNested } from 'hyparquet/src/assemble.js';
import type { DecodedArray, RowGroup, SchemaTree } from 'hyparquet/src/types.js';
import type { Interruption } from '../compressed/decoded.ts';
import type { Source } from '../source.ts';
import type { ReadAhead } from './chunkBytes.ts';
import { LeafReader } from './leafReader.ts';
import { chunksOf, schemaPath } from './schemaPath.ts';
import { rawParsers } from './values.ts';

/** Reads the values of a column of a row group from the first to the last, nested ones put together. */
export class ColumnReader {
  readonly name: string;
  readonly #node: SchemaTree;
  readonly #leaves: readonly LeafReader[];

  /** @throws RangeError where the column is in another file, or the file ends before it does */
  constructor(base: Source, schema: SchemaTree, name: string, group: RowGroup, ahead: ReadAhead) {
    this.name = name;
    [, this.#node] = schemaPath(schema, [name]);
    this.#leaves = chunksOf(group, name).flatMap((chunk) => {
      const { meta_data: meta } = chunk;
      return meta ? [new LeafReader(base, schema, chunk, meta, ahead)] : [];
    });
    if (this.#leaves.length === 0) throw new RangeError('it is not in this file');
  }

  /** See `LeafReader.behind`. */
  get behind(): number {
    return this.#leaves.reduce((sum, { behind }) => sum + behind, 0);
  }

  /** Goes on to a row of the row group: not before those that were taken. */
  async *goTo(row: number): AsyncGenerator<Interruption, void> {
    for (const leaf of this.#leaves) yield* leaf.goTo(row);
  }

  /**
   * Rows that can be taken: none at the end.
   * @param wanted rows, of which as many are decoded at least as can be told beforehand
   */
  async *ready(wanted: number): AsyncGenerator<Interruption, number> {
    for (const leaf of this.#leaves) if (!(yield* leaf.fill(wanted))) return 0;
    return Math.min(...this.#leaves.map(({ ready }) => ready));
  }

  /** @param count rows that are ready */
  take(count: number): ArrayLike<unknown> {
    const [first] = this.#leaves;
    if (this.#node.children.length === 0) return first.take(count);
    const values = new Map<string, DecodedArray>(this.#leaves.map((leaf) => [leaf.path, leaf.take(count)]));
    assembleNested(values, this.#node, rawParsers);
    const rows = values.get(this.name) ?? [];
    if (rows.length !== count) throw new RangeError(`it has ${rows.length} of ${count} values`);
    return rows;
  }
}
