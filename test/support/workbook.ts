import { crc32, inflateRawSync } from 'node:zlib';

/** The files of a ZIP file, by the list at its end. @throws where sizes or checksums are wrong */
export function unzipped(bytes: Buffer): ReadonlyMap<string, string> {
  const end = bytes.length - 22;
  if (bytes.readUInt32LE(end) !== 0x06054b50) throw new Error('no end of a ZIP file');
  const files = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [checksum, packed, length] = [16, 20, 24].map((place) => bytes.readUInt32LE(at + place));
    const [nameLength, ...others] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const offset = bytes.readUInt32LE(at + 42);
    const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    const content = inflateRawSync(bytes.subarray(start, start + packed));
    if (content.length !== length || crc32(content) !== checksum) throw new Error(`${name} is damaged`);
    files.set(name, content.toString());
    at += 46 + nameLength + others[0] + others[1];
  }
  return files;
}

/** A cell as it is stored: a number is its text. */
export type WorkbookCell = { readonly number: string } | string | boolean;

/** The cells of the first worksheet, by their places (`B2`). */
export function cellsOfWorkbook(bytes: Buffer): Record<string, WorkbookCell> {
  const sheet = unzipped(bytes).get('xl/worksheets/sheet1.xml') ?? '';
  const cells: Record<string, WorkbookCell> = {};
  for (const [, place, attributes, content] of sheet.matchAll(/<c r="([A-Z]+\d+)"([^>]*)>(.*?)<\/c>/gs)) {
    const text = content.replace(/<[^>]*>/g, '');
    if (attributes.includes('inlineStr')) cells[place] = textOf(text);
    else cells[place] = attributes.includes('t="b"') ? text === '1' : { number: text };
  }
  return cells;
}

function textOf(xml: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return xml
    .replace(/&(\w+);/g, (_, name: string) => entities[name])
    .replace(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
