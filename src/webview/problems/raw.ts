/** Raw bytes as text, with those that are no UTF-8 as `\xE9` and the place of the fault marked. */

export interface RawPiece {
  readonly kind: 'text' | 'byte';
  readonly text: string;
  /** The fault was seen here. */
  readonly here: boolean;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `at` is the index of the byte at which the fault was seen; past the end, the end is meant. */
export function rawPieces(raw: Uint8Array, at: number): RawPiece[] {
  const found: RawPiece[] = [];
  const add = (kind: RawPiece['kind'], text: string, here: boolean) => {
    const last = found.at(-1);
    if (last?.kind === kind && last.here === here)
      found[found.length - 1] = { kind, text: last.text + text, here };
    else found.push({ kind, text, here });
  };
  let index = 0;
  while (index < raw.length) {
    const length = characterAt(raw, index);
    const here = at >= index && at < index + Math.max(1, length);
    if (length === 0) {
      add('byte', `\\x${(raw.at(index) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`, here);
      index++;
    } else {
      add('text', strict.decode(raw.subarray(index, index + length)), here);
      index += length;
    }
  }
  return found;
}

/** Bytes of the character at an index; 0 where they are no UTF-8. */
function characterAt(raw: Uint8Array, index: number): number {
  const lead = raw.at(index) ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (index + length > raw.length) return 0;
  try {
    strict.decode(raw.subarray(index, index + length));
    return length;
  } catch {
    return 0;
  }
}
