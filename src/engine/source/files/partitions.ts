import type { PartitionValue } from '../source.ts';

/** What the folders of several files say of their records. */
export interface Partitions {
  /** The columns, in the order in which paths name them. */
  readonly names: readonly string[];
  /** Of each file, its values in the order of the columns. */
  readonly values: readonly (readonly PartitionValue[])[];
}

/** The columns that folders stand for, and what they say of any file. */
export interface PartitionColumns {
  readonly names: Partitions['names'];
  /** The values of a file, by its path. */
  readonly of: (path: string) => readonly PartitionValue[];
}

/** What Hive, Spark and DuckDB call the folder of records without a value. */
const noValue = /^(__HIVE_DEFAULT_PARTITION__|null)$/i;
/** What an export to many files calls the folder of an empty text: no file system has a name without a character. */
const emptyText = '__EMPTY__';
/** DuckDB's rule: what begins with a zero, as the number of a month may, is a text. */
const wholeNumber = /^(0|-\d+|[1-9]\d*)$/;

/**
 * The columns that the folders `key=value` of paths stand for, as Hive, Spark and DuckDB write them. Keys and values are
 * decoded as parts of a URL. A column whose values are all whole numbers holds numbers, any other one texts; NULL is for
 * files without such a folder as well. Undefined where no path has such a folder.
 */
export function partitionsOf(paths: readonly string[]): Partitions | undefined {
  const columns = partitionColumns(paths);
  return columns && { names: columns.names, values: paths.map(columns.of) };
}

/** The same for files that are not all known: those that are there say what is a column, and which hold numbers. */
export function partitionColumns(paths: readonly string[]): PartitionColumns | undefined {
  const found = paths.map(keysIn);
  const names = [...new Set(found.flatMap((keys) => [...keys.keys()]))];
  if (names.length === 0) return undefined;
  const isNumeric = names.map((name) => {
    const texts = found.flatMap((keys) => keys.get(name) ?? []);
    return texts.length > 0 && texts.every(isWholeNumber);
  });
  const of: PartitionColumns['of'] = (path) => {
    const keys = keysIn(path);
    return names.map((name, at): PartitionValue => {
      const text = keys.get(name) ?? null;
      // -0 is 0, as in whole numbers.
      return text !== null && isNumeric[at] && isWholeNumber(text) ? Number(text) + 0 : text;
    });
  };
  return { names, of };
}

/** Whether the path of a file has a folder that stands for a column. */
export function hasPartitions(path: string): boolean {
  return keysIn(path).size > 0;
}

/** The values of a path's folders by their keys; of two folders with the same key, the inner one counts. */
function keysIn(path: string): Map<string, string | null> {
  const keys = new Map<string, string | null>();
  for (const folder of path.split(/[/\\]/).slice(0, -1)) {
    const parts = folder.split('=');
    const [key, value] = parts;
    if (parts.length !== 2 || key === '') continue;
    const text = value === emptyText ? '' : decoded(value);
    keys.set(decoded(key), noValue.test(value) ? null : text);
  }
  return keys;
}

function isWholeNumber(text: string): boolean {
  return wholeNumber.test(text) && Number.isSafeInteger(Number(text));
}

/** What is not written as a part of a URL is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
