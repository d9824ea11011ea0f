import { type Said, said } from '../../said/said.ts';
import { SourceError } from '../source/source.ts';

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
];

/**
 * Refuses files that are known to be no text, of which any reading would be nonsense.
 * @param head the file's first bytes
 * @throws SourceError `unsupported`
 */
export function refuseOtherFiles(name: string, head: Uint8Array): void {
  const text = new TextDecoder().decode(head.subarray(0, 1024));
  const found = known.find(([beginning]) => beginning.test(text));
  if (found) throw new SourceError('unsupported', found[1](name));
}
