/** What the page says of how a file is stored: its format, encoding, compression and size. */
import { encodingName } from '../../protocol/encodings.ts';
import type { FileInfo, FileState } from '../../protocol/file.ts';
import { bytes, t, words } from '../l10n.ts';

/** "comma, quoted, header", "UTF-8" and "gzip"; "Parquet" alone, whose text has no encoding that anybody wrote. */
export function formatWords(file: FileInfo): string[] {
  const compression = file.containers.filter((container) => container !== 'parquet');
  return [words(file.dialect), encodingWords(file), ...compression].filter((word) => word !== '');
}

/** '' where a file's format leaves no choice of encoding. */
export function encodingWords(file: FileInfo): string {
  return isParquet(file) ? '' : encodingName(file.encoding);
}

/**
 * "5.0 MB", "5.0 MB decompressed"; '' while it is not known. Offsets and progress are of decompressed bytes, but for
 * Parquet, where they would be of a text that nobody sees.
 */
export function sizeWords(file: FileInfo, { fileSize, storedSize }: FileState): string {
  const size = isParquet(file) ? storedSize : fileSize;
  if (size === undefined) return '';
  return file.containers.length > 0 && !isParquet(file) ? t('{0} decompressed', bytes(size)) : bytes(size);
}

/** "1.2 MB compressed"; '' where a file is not. */
export function storedWords(file: FileInfo, { storedSize }: FileState): string {
  if (storedSize === undefined || file.containers.length === 0 || isParquet(file)) return '';
  return t('{0} compressed', bytes(storedSize));
}

function isParquet({ containers }: FileInfo): boolean {
  return containers.includes('parquet');
}
