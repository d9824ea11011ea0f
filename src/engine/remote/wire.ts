/**
 * The wire format of Protocol Buffers, as far as Spark Connect needs it: varints and length-delimited fields.
 * https://protobuf.dev/programming-guides/encoding
 */

/** The value of a field: a number that is whole and not negative, a flag, a text, or a message or bytes. */
type FieldValue = number | boolean | string | Uint8Array;

/** Writes a message of fields by number. Fields that are undefined are left out. */
export function message(...fields: readonly (readonly [number, FieldValue | undefined])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === 'number' || typeof value === 'boolean') {
      parts.push(varint(number * 8), varint(Number(value)));
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    parts.push(varint(number * 8 + 2), varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** A field as it was read: `number` is set for varints, `bytes` for what has a length. */
export interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** A message that does not follow the wire format. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const nothing = new Uint8Array(0);

/** Reads the fields of a message, without copying them. @throws WireError */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: reader.varint(), bytes: nothing };
        break;
      case 1:
        yield { number, value: 0, bytes: reader.take(8) };
        break;
      case 2:
        yield { number, value: 0, bytes: reader.take(reader.varint()) };
        break;
      case 5:
        yield { number, value: 0, bytes: reader.take(4) };
        break;
      default:
        throw new WireError(`A field has the wire type ${tag % 8}.`);
    }
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Above 2^53 it is not exact: such numbers are not asked for. */
  varint(): number {
    let value = 0;
    for (let scale = 1; this.#at < this.#bytes.length; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw new WireError('A message ends within a number.');
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError('A message ends within a field.');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** The text of the last field of that number; '' where there is none, as in the protocol. @throws WireError */
export function textIn(bytes: Uint8Array, number: number): string {
  const found = bytesIn(bytes, number);
  return found ? Buffer.from(found.buffer, found.byteOffset, found.byteLength).toString('utf8') : '';
}

/** The bytes of the last field of that number. @throws WireError */
export function bytesIn(bytes: Uint8Array, number: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const field of fieldsOf(bytes)) if (field.number === number) found = field.bytes;
  return found;
}
