import { type Said, said } from '../../said/said.ts';
import { SourceError } from './source.ts';

/** What a file begins with that is no text, what it is, and what to do. */
const known: readonly (readonly [RegExp, (name: string) => Said])[] = [
  [
    /^PK\u0003\u0004[^]{26,1000}xl\//,
    (name) => said`${name} is an Excel workbook. Save its sheet as CSV in Excel, and open that.`,
  ],
  [
    /^PK\u0003\u0004/,
    (name) => said`${name} is a ZIP archive. Extract its files first, or use: unzip -p ${name} | rowriver -`,
  ],
  [
    /^[^]{257}ustar/,
    (name) => said`${name} is a tar archive. Extract its files first, or use: tar -xOf ${name} | rowriver -`,
  ],
  [/^BZh[1-9]1AY&SY/, (name) => said`${name} is compressed with bzip2. Use: bzip2 -dc ${name} | rowriver -`],
  [/^.7zXZ\u0000/u, (name) => said`${name} is compressed with xz. Use: xz -dc ${name} | rowriver -`],
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
 * @throws SourceError `unsupported`
 */
export function refuseOtherFiles(name: string, head: Uint8Array): void {
  const told = otherFile(head);
  if (told) throw new SourceError('unsupported', told(name));
}

function otherFile(head: Uint8Array): ((name: string) => Said) | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1');
  return known.find(([beginning]) => beginning.test(text))?.[1];
}
