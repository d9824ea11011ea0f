/** What the names of files end in that hold records, or may: a file of JSON may hold JSON Lines. */
const ofRecords = ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'tab', 'log'] as const;
/** Those of files that are one document each. */
const ofDocuments = ['jsonc', 'geojson'] as const;
/** Those of files that are compressed in themselves. */
const ofColumns = ['parquet'] as const;
const compressed = ['gz', 'zst'] as const;

const plain = [...ofRecords, ...ofDocuments];

/** All endings, without the first dot. package.json has the same. */
export const dataEndings: readonly string[] = [
  ...plain,
  ...ofColumns,
  ...plain.flatMap((ending) => compressed.map((how) => `${ending}.${how}`)),
];

/** What a dialog that asks for files looks for, which knows the last part of a name only. */
export const dialogEndings: readonly string[] = [...plain, ...ofColumns, ...compressed];

/**
 * A pattern for the files of a folder that are read as one table. Not `.jsonc` and `.geojson`: several files cannot be
 * read as one where they are documents, and one among others would be nothing but a malformed record.
 */
export const tableFiles = `{*.{${[...ofRecords, ...ofColumns].join()}},*.{${ofRecords.join()}}.{${compressed.join()}}}`;

const endings = new RegExp(`\\.(?:${dataEndings.join('|').replaceAll('.', '\\.')})$`, 'i');

/** Whether a name says that a file holds data: those for which the extension offers the preview. */
export function isDataFile(name: string): boolean {
  return endings.test(name);
}
