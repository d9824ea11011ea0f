import { recordAttributes } from './recordAttribute.ts';
import { reservedWords } from './syntax/cursor.ts';

/** The value of a record itself: what a record that is no object has in place of columns. */
export const valueName = '_value';

/** A name as a query writes it: quoted only where it must be. */
export function writeName(name: string): string {
  const plain = /^[\p{L}_@][\p{L}\p{M}\p{N}_$@]*$/u.test(name) && !reservedWords.has(name.toLowerCase());
  return plain ? name : writeQuoted(name);
}

/** A name that is a column's, whatever it stands for without quotes. Two double quotes alone are taken for an empty text. */
export function writeQuoted(name: string): string {
  return name === '' ? '``' : `"${name.replaceAll('"', '""')}"`;
}

/** A path of keys and 1-based list indices as a query writes it; the empty one is the record's value. */
export function writePath(path: readonly (string | number)[]): string {
  if (path.length === 0) return valueName;
  return path.reduce<string>((written, step) => {
    if (typeof step === 'number') return `${written}[${step}]`;
    return written === '' ? writeColumn(step) : `${written}.${writeName(step)}`;
  }, '');
}

/** Without quotes, some names stand for what is known of a record beside its columns. */
function writeColumn(name: string): string {
  return name === valueName || recordAttributes.has(name) ? writeQuoted(name) : writeName(name);
}

export function writeText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
