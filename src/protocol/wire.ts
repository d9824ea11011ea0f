/**
 * Messages as bytes, for wires that carry no structured clones: the length of the JSON text (32 bits, little endian), the
 * text, and the typed arrays of the message, each at a multiple of 8 bytes. In the text, an array is `{ "$array", at,
 * length }`: its type, its place behind the text in bytes, and its number of elements.
 */
import type { Said } from '../said/said.ts';
import type { Message } from './rpc.ts';

const arrays = { Uint8Array, Uint32Array, Float64Array };
type ArrayName = keyof typeof arrays;
type PlainArray = Uint8Array | Uint32Array | Float64Array;

interface Packed {
  readonly $array: ArrayName;
  readonly at: number;
  readonly length: number;
}

const lengthBytes = 4;
const alignment = 8;

export function packMessage(message: Message): Uint8Array<ArrayBuffer> {
  const held: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  const text = JSON.stringify(message, (_, value: unknown) => {
    const $array = nameOf(value);
    if ($array === undefined) return value;
    const { buffer, byteOffset, byteLength, length } = value as PlainArray;
    const at = end;
    held.push({ at, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    end = aligned(at + byteLength);
    return { $array, at, length } satisfies Packed;
  });
  const json = new TextEncoder().encode(text);
  const begin = aligned(lengthBytes + json.length);
  const bytes = new Uint8Array(begin + end);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, lengthBytes);
  for (const array of held) bytes.set(array.bytes, begin + array.at);
  return bytes;
}

/** @throws RangeError, SyntaxError where the bytes are no message */
export function unpackMessage(bytes: Uint8Array<ArrayBuffer>): Message {
  if (bytes.length < lengthBytes) throw new RangeError('The message is cut short.');
  const { buffer, byteOffset, byteLength } = bytes;
  const length = new DataView(buffer, byteOffset, byteLength).getUint32(0, true);
  const begin = aligned(lengthBytes + length);
  if (lengthBytes + length > byteLength) throw new RangeError('The message is cut short.');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(
    bytes.subarray(lengthBytes, lengthBytes + length),
  );
  const value: unknown = JSON.parse(text, (_, value: unknown) => {
    if (!isPacked(value)) return value;
    const type = arrays[value.$array];
    const start = begin + value.at;
    const end = start + value.length * type.BYTES_PER_ELEMENT;
    if (!(value.at >= 0 && value.length >= 0 && end <= byteLength))
      throw new RangeError('The message is cut short.');
    // Copied where it begins at no multiple of its element's size.
    return new type(buffer.slice(byteOffset + start, byteOffset + end));
  });
  if (!isMessage(value)) throw new SyntaxError('This is no message.');
  return value;
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const has = (name: string, type: string): boolean => typeof Reflect.get(value, name) === type;
  switch (value.type) {
    case 'call':
      return has('id', 'number') && has('method', 'string');
    case 'cancel':
    case 'progress':
    case 'result':
      return has('id', 'number');
    case 'error': {
      const error: unknown = Reflect.get(value, 'error');
      return (
        has('id', 'number') &&
        typeof error === 'object' &&
        error !== null &&
        'said' in error &&
        isSaid(error.said)
      );
    }
    case 'event':
      return has('name', 'string');
    default:
      return false;
  }
}

function isSaid(value: unknown): value is Said {
  if (typeof value !== 'object' || value === null || !('text' in value) || !('values' in value)) return false;
  const { text, values } = value;
  const isValue = (one: unknown): boolean =>
    typeof one === 'string' || typeof one === 'number' || isSaid(one);
  return typeof text === 'string' && Array.isArray(values) && values.every(isValue);
}

function nameOf(value: unknown): ArrayName | undefined {
  if (value instanceof Uint8Array) return 'Uint8Array';
  if (value instanceof Uint32Array) return 'Uint32Array';
  return value instanceof Float64Array ? 'Float64Array' : undefined;
}

function isPacked(value: unknown): value is Packed {
  if (typeof value !== 'object' || value === null || !('$array' in value)) return false;
  const { $array } = value;
  return typeof $array === 'string' && Object.hasOwn(arrays, $array);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
