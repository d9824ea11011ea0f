import type { CellReading } from './csv/cellReading.ts';
import type { CsvDialect } from './csv/dialect.ts';

/**
 * What a query's names stand for in a file: paths into the value that a record is, or the columns of a table. The cells
 * of a column are text, which compares as a number where it reads as one.
 */
export type Layout = LayoutOfRecords & {
  /** Columns that the folders of files are called after: they go before fields of the same names. */
  readonly partitions?: readonly string[] | undefined;
  /**
   * The column of the records' names, where these are members of an object. The scanner has it as a field of that name; it
   * goes before one inside a record.
   */
  readonly named?: string | undefined;
};

/** Where something is inside a value: the keys that lead to it, and null for each item of a list. None: it is the value itself. */
export type InnerPath = readonly (string | null)[];

/** A text inside a record that is a cell of a table: it has no type of its own. */
export interface TableCell {
  readonly path: readonly string[];
  /** How it is written, where that is not how the language writes numbers and times. */
  readonly reading?: CellReading | undefined;
}

/** What the values in records are, beyond what JSON says of them. */
export interface InnerNatures {
  /** The paths that hold times by the file's own schema. */
  readonly times?: readonly InnerPath[] | undefined;
  readonly cells?: readonly TableCell[] | undefined;
  /** Whether there are other values beside the cells, whose texts are texts whatever they look like: those of a JSON file. */
  readonly areMixed?: boolean | undefined;
}

type LayoutOfRecords =
  | ({ readonly names: 'paths' } & InnerNatures)
  | ({ readonly names: 'columns' } & Pick<
      CsvDialect,
      'columns' | 'delimiter' | 'quote' | 'escape' | 'readings'
    >);
