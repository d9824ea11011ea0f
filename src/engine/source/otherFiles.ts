import { type Said, said } from '../../said/said.ts';
import { SourceError } from './source.ts';

/**
 * What a file begins with that is no text, what it is, and what to do.
 * `path` is how a shell names it; undefined where it has no path, as standard input.
 */
const known: readonly (readonly [RegExp, (name: string, path: string | undefined) => Said])[] = [
  [
    /^PK\u0003\u0004[^]{26,1000}xl\//,
    (name) => said`${name} is an Excel workbook. Save its sheet as CSV in Excel, and open that.`,
  ],
  [
    /^PK\u0003\u0004/,
    (name, path) =>
      path === undefined
        ? said`${name} is a ZIP archive. Save it as a file first, and extract its files.`
        : said`${name} is a ZIP archive. Extract its files first, or use: unzip -p ${path} | rowriver -`,
  ],
  [
    /^[^]{257}ustar/,
    (name, path) =>
      path === undefined
        ? said`${name} is a tar archive. Use: ... | tar -xOf - | rowriver -`
        : said`${name} is a tar archive. Extract its files first, or use: tar -xOf ${path} | rowriver -`,
  ],
  [
    /^BZh[1-9]1AY&SY/,
    (name, path) =>
      path === undefined
        ? said`${name} is compressed with bzip2. Use: ... | bzip2 -dc | rowriver -`
        : said`${name} is compressed with bzip2. Use: bzip2 -dc ${path} | rowriver -`,
  ],
  [
    /^.7zXZ\u0000/u,
    (name, path) =>
      path === undefined
        ? said`${name} is compressed with xz. Use: ... | xz -dc | rowriver -`
        : said`${name} is compressed with xz. Use: xz -dc ${path} | rowriver -`,
  ],
  [
    /^SQLite format 3\u0000/,
    (name) => said`${name} is a database of SQLite, which is not read. Export its tables as CSV.`,
  ],
  [/^%PDF-\d/, (name) => said`${name} is a PDF document, which is not read.`],
  [
    /^Obj\u0001/,
    (name) => said`${name} is in Apache Avro, which is not read. Convert it to Parquet or JSON Lines.`,
  ],
  [/^ORC\b/, (name) => said`${name} is in Apache ORC, which is not read. Convert it to Parquet.`],
  [
    /^ARROW1\u0000\u0000/,
    (name) => said`${name} is in Apache Arrow, which is not read. Convert it to Parquet.`,
  ],
  [
    /^\u0093NUMPY/,
    (name) => said`${name} is an array of NumPy, which is not read. Save it as CSV or Parquet.`,
  ],
  [/^\u0089HDF\r\n/, (name) => said`${name} is in HDF5, which is not read. Save its tables as Parquet.`],
  [
    /^\u0080[\u0002-\u0005][\u0095\]}(c]/,
    (name) => said`${name} is a pickle of Python, which is not read. Save it as Parquet.`,
  ],
  [
    /^(?:\u0089PNG\r\n|\u00ff\u00d8\u00ff|GIF8[79]a)/,
    (name) => said`${name} is a picture, which is not read.`,
  ],
];

/**
 * Whether it is one, surely: a text may begin with the letters that some of these begin with.
 * @param head the file's first bytes
 */
export function isOtherFile(head: Uint8Array): boolean {
  return otherFile(head) !== undefined && head.subarray(0, 64).some((byte) => byte < 9);
}

/**
 * Refuses files that are known to be no text, of which any reading would be nonsense.
 * @param path where it can be read again; undefined: nowhere on this computer
 * @throws SourceError `unsupported`
 */
export function refuseOtherFiles(name: string, path: string | undefined, head: Uint8Array): void {
  const told = otherFile(head);
  if (told) throw new SourceError('unsupported', told(name, path && inShell(path)));
}

/** A path as one word of a shell, which does not take it for an option. */
function inShell(path: string): string {
  const name = path.startsWith('-') ? `./${path}` : path;
  return /^[\w%+,./:@\\-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}

function otherFile(head: Uint8Array): (typeof known)[number][1] | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1');
  return known.find(([beginning]) => beginning.test(text))?.[1];
}
