import type { Said } from '../../said/said.ts';
import type { DocumentRows } from '../../protocol/file.ts';
import type { FormatKind, FormatOptions } from '../../protocol/formatOptions.ts';
import type { FieldValue } from '../../protocol/preview.ts';
import type { Source } from '../source/source.ts';
import type { CsvDialect } from './csv/dialect.ts';
import type { MixedReading, OpenReading } from './csv/openReading.ts';
import type { OtherTable, TablePlace } from './csv/table.ts';
import type { FieldPath } from './json/fields.ts';
import type { Layout } from './layout.ts';
import type { RecordBlock, Scanner } from './record.ts';

/**
 * What a file format is. One driver a format, all of them in `registry.ts`: nothing else asks which format a file is in.
 * `Spec` is how one file is read, as plain data that goes to other threads.
 */
export interface FormatDriver<Spec> {
  readonly kind: FormatKind;
  /** Options that speak of this format only: who gives one says that the file is in it. */
  readonly options: readonly (keyof FormatOptions)[];
  /** Whether a file may be in this format, by its name and its first bytes; undefined where it is not. */
  recognise(head: FileHead): Claim | undefined;
  /**
   * Learns how a file is read that is in this format.
   * @throws SourceError
   */
  open(file: OpeningFile, options: FormatOptions, signal: AbortSignal): Promise<Recognised<Spec>>;
  /** The format as this file is written in it. */
  of(spec: Spec): Format;
}

/** How sure a format is of a file: by its name, by what it holds, or since any file may be in it. */
export type Certainty = 'name' | 'content' | 'fallback';

export interface Claim {
  readonly by: Certainty;
  /** Handed on to the driver's `open`, where the user does not say otherwise: looked for once the file is the driver's. */
  readonly options?: () => FormatOptions;
}

/** What a file is recognised by. */
export interface FileHead {
  /** Its name or address in small letters, without a query and without the ending of its compression. */
  readonly name: string;
  /** The first bytes as text, and whether they are all. */
  readonly text: string;
  readonly final: boolean;
}

/** A file that is opened, with its first bytes: `sample[0, length)`, of which `final` says whether they are all. */
export interface OpeningFile {
  readonly source: Source;
  /** Has room for more. */
  readonly sample: Uint8Array;
  readonly length: number;
  readonly final: boolean;
  /** Whether reading costs more than the disk's time. */
  readonly remote: boolean;
}

/** How a file is to be read. */
export interface Recognised<Spec> {
  readonly format: Spec;
  /** Where the first record begins, in bytes, and on which line, 0-based. */
  readonly dataStart: number;
  readonly firstLine: number;
  /** Where the records end, in bytes, if others follow that are not read. */
  readonly end?: number | undefined;
  /** Where what stands above the records begins, if not with the file: in bytes, and on which line, 0-based. */
  readonly above?: { readonly start: number; readonly line: number };
  /** In words, for the status bar. */
  readonly description: Said;
  /** How well the head of a delimited text reads so, 0 to 1; undefined for the other formats. */
  readonly score?: number;
  /** Whether the lines of a delimited text read like sentences, and are a table only if somebody says so. */
  readonly areSentences?: boolean | undefined;
  /** CSV: the texts that are NULL, without those that were neither said nor seen. */
  readonly nulls?: readonly string[] | undefined;
  /** How most lines of a table end. */
  readonly lineEnd?: '\n' | '\r\n';
  /** The columns whose cells can be read in two ways, and are read as text. */
  readonly openReadings?: readonly OpenReading[];
  /** The columns whose cells several files write in different ways. */
  readonly mixedReadings?: readonly MixedReading[];
  /** The tables of a delimited text, and which of them is read, from 1 on. */
  readonly tables?: {
    readonly places: readonly TablePlace[];
    readonly number: number;
    readonly others: readonly OtherTable[];
  };
  /** Which values of a JSON document are its records, and which could be. */
  readonly documentRows?: DocumentRows;
  /** Where the records say by themselves which columns there are: the paths of those that were looked at. */
  readonly paths?: readonly FieldPath[];
}

/** A format as one file is written in it. */
export interface Format {
  readonly kind: FormatKind;
  scanner(): Scanner;
  /** Reads a record by itself, without what is around it in the file; undefined where `scanner` does. */
  readonly rowScanner?: (() => Scanner) | undefined;
  readonly layout: Layout;
  /** The text of a field whose kind is `EscapedText`, given its bytes. */
  readonly unescaped: (bytes: Uint8Array) => string;
  /** Whether numbers are texts, so that a text that reads as one is shown as one. */
  readonly numbersInText: boolean;
  /**
   * How records stand in the file: as lines or rows whose bytes mean the same in any place; as JSON values one after the
   * other; or as elements with something between them.
   */
  readonly records: 'lines' | 'values' | 'elements';
  /** What ends a line, as in `CsvDialect`; undefined where records are no lines. */
  readonly lineEnd: CsvDialect['lineEnd'] | undefined;
  /** Reads the fields of records that are rows of a table; undefined where a record is a JSON value. */
  readonly fields?: (() => FieldReader) | undefined;
  /** The fields of one record, whose line end is not among the bytes; undefined where it is a JSON value. */
  readonly detail?: ((record: Uint8Array) => FieldValue[]) | undefined;
  /** Of a delimited text. */
  readonly dialect?: CsvDialect | undefined;
  /**
   * How many bytes past a block decide what is in it: see `StoreKey.reach`. Undefined where what is around the block
   * decides as well.
   */
  readonly reach: number | undefined;
  /** As what other query engines read such a file; undefined where they do not. */
  readonly readBy: 'jsonl' | 'csv' | 'json' | undefined;
  /** How the file is read, for programs. */
  described(recognised: Recognised<unknown>): object;
}

/** Reads records of a table, one at a time. */
export interface FieldReader {
  /** Reads the fields of a record, and answers how many it has. Void after the next call. */
  read(block: RecordBlock, record: number): number;
  /** Whether nothing stands in a field of that record. */
  isNull(field: number): boolean;
  /** The unescaped text of a field of that record; void after the next call. */
  text(field: number): FieldText;
  /** The name of a field, also of one past those that the table names. */
  name(field: number): string;
}

/** The text of a field: `bytes[start, end)`. */
export interface FieldText {
  bytes: Uint8Array;
  start: number;
  end: number;
}
