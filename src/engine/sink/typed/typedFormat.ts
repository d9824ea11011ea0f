import type { ColumnChunk, OffsetIndex } from 'hyparquet';
import type { ByteSink } from '../byteSink.ts';
import type { TypedColumn } from './column.ts';
import type { ColumnType } from './columnType.ts';

/** A format whose columns have types, written group of rows by group of rows. */
export interface TypedFormat {
  /** What people call it. */
  readonly name: string;
  /** Columns that a file may have. */
  readonly maxColumns: number;
  /** Encodes groups, each by itself: whichever thread does it, and in whatever order. */
  encoder(types: ColumnTypes): GroupEncoder;
  /** Puts encoded groups into a file. */
  open(sink: ByteSink, types: ColumnTypes): Promise<TypedWriter>;
}

/** The columns of a file, in their order. */
export type ColumnTypes = ReadonlyMap<string, ColumnType>;

/** @param columns the values of each column, all of `rows` rows; they are the encoder's from then on */
export type GroupEncoder = (columns: ReadonlyMap<string, TypedColumn>, rows: number) => EncodedGroup;

export interface TypedWriter {
  group(group: EncodedGroup): Promise<void>;
  /** Writes what stands behind the last group. */
  end(): Promise<void>;
}

/** A group as it stands in the file, and what the file says of it elsewhere. Plain data. Places are from its first byte. */
export type EncodedGroup = ParquetGroup | ArrowGroup;

interface Group {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export interface ParquetGroup extends Group {
  readonly kind: 'parquet';
  readonly chunks: readonly Chunk[];
}

export interface ArrowGroup extends Group {
  readonly kind: 'arrow';
  /** Bytes that stand before the values. */
  readonly metadataLength: number;
}

/** A column of a group of rows, and where its pages are; undefined where it has but one. */
export interface Chunk {
  readonly chunk: ColumnChunk;
  readonly offsetIndex?: OffsetIndex;
}
