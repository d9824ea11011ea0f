/**
 * A row with the key that it is sorted by, as bytes: the length of what follows in four bytes, the key's length in
 * four, the key, and the row itself, the payload. So it travels from the workers, lies in memory, and in sorted runs.
 */
import { copyBytes, type ByteWriter } from '../bytes.ts';

/** Bytes before the key. */
const header = 8;

export function writeSortRecord(out: ByteWriter, key: Uint8Array, payload: Uint8Array): void {
  out.uint32(4 + key.length + payload.length);
  out.uint32(key.length);
  out.copy(key);
  out.copy(payload);
}

export function sortRecordLength(key: Uint8Array, payload: Uint8Array): number {
  return header + key.length + payload.length;
}

/** The same as `writeSortRecord`, to a place with room for it. */
export function putSortRecord(bytes: Uint8Array, at: number, key: Uint8Array, payload: Uint8Array): void {
  putUint32(bytes, at, 4 + key.length + payload.length);
  putUint32(bytes, at + 4, key.length);
  copyBytes(bytes, at + header, key, 0, key.length);
  copyBytes(bytes, at + header + key.length, payload, 0, payload.length);
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** A sort record without the length before it, which a spill file adds. */
export function runRecord(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const record = Buffer.allocUnsafe(4 + key.length + payload.length);
  record.writeUInt32LE(key.length);
  record.set(key, 4);
  record.set(payload, 4 + key.length);
  return record;
}

/** One past the record's last byte. */
export function recordEnd(bytes: Uint8Array, record: number): number {
  return record + 4 + uint32(bytes, record);
}

export function keyStart(record: number): number {
  return record + header;
}

/** One past the key's last byte, where the payload begins. */
export function payloadStart(bytes: Uint8Array, record: number): number {
  return record + header + uint32(bytes, record + 4);
}

/** Four bytes of a record's key, the first the highest; missing ones are 0, as in a key that ends there. */
export function keyWord(bytes: Uint8Array, record: number, word: number): number {
  const at = keyStart(record) + 4 * word;
  const end = payloadStart(bytes, record);
  const high = at < end ? bytes[at] << 24 : 0;
  const second = at + 1 < end ? bytes[at + 1] << 16 : 0;
  const third = at + 2 < end ? bytes[at + 2] << 8 : 0;
  return (high | second | third | (at + 3 < end ? bytes[at + 3] : 0)) >>> 0;
}

/** Negative, zero or positive, by the keys. */
export function compareRecords(a: Uint8Array, recordA: number, b: Uint8Array, recordB: number): number {
  const endA = payloadStart(a, recordA);
  const endB = payloadStart(b, recordB);
  const length = Math.min(endA - recordA, endB - recordB);
  for (let at = header; at < length; at++) {
    const order = a[recordA + at] - b[recordB + at];
    if (order !== 0) return order;
  }
  return endA - recordA - (endB - recordB);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
