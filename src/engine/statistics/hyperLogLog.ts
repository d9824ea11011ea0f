import type { ByteReader, ByteWriter } from '../stage/bytes.ts';

/** 2^12 registers: a standard error of 1.04 / sqrt(4096) = 1.6 %. */
const registerBits = 12;
export const registerCount = 1 << registerBits;
export const standardError = 1.04 / Math.sqrt(registerCount);

/**
 * Notes a value by two independent 32-bit hashes: one chooses the register, which keeps the longest run of leading
 * zeros of the other.
 */
export function noteHash(registers: Uint8Array, low: number, high: number): void {
  const at = low & (registerCount - 1);
  const rank = Math.clz32(high) + 1;
  if (rank > registers[at]) registers[at] = rank;
}

function mergeRegisters(registers: Uint8Array, other: Uint8Array): void {
  for (let at = 0; at < registerCount; at++) if (other[at] > registers[at]) registers[at] = other[at];
}

/** Registers that are not empty, where they are few, take three bytes each. */
const fewRegisters = registerCount / 4;

const filledPlaces = new Uint16Array(registerCount);

export function writeRegisters(out: ByteWriter, registers: Uint8Array): void {
  // Four at a time: where there are thousands of columns, most registers are empty.
  const words = new Uint32Array(registers.buffer, registers.byteOffset, registerCount / 4);
  let filled = 0;
  for (let word = 0; word < words.length; word++) {
    if (words[word] === 0) continue;
    for (let at = 4 * word; at < 4 * word + 4; at++) if (registers[at] !== 0) filledPlaces[filled++] = at;
  }
  out.count(filled);
  if (filled > fewRegisters) {
    out.copy(registers);
    return;
  }
  for (let i = 0; i < filled; i++) {
    const at = filledPlaces[i];
    out.byte(at & 0xff);
    out.byte(at >>> 8);
    out.byte(registers[at]);
  }
}

/** Takes in what another has noted. */
export function readRegisters(from: ByteReader, registers: Uint8Array): void {
  const filled = from.count();
  if (filled > fewRegisters) {
    mergeRegisters(registers, from.bytes(registerCount));
    return;
  }
  for (let left = filled; left > 0; left--) {
    const at = from.byte() | (from.byte() << 8);
    registers[at] = Math.max(registers[at], from.byte());
  }
}

/** How many different values were noted: Flajolet and others, "HyperLogLog" (2007), with linear counting for few. */
export function estimateCount(registers: Uint8Array): number {
  const ranks = new Uint32Array(34);
  for (let at = 0; at < registerCount; at++) ranks[registers[at]]++;
  const empty = ranks[0];
  let sum = 0;
  for (let rank = 0; rank < ranks.length; rank++) sum += ranks[rank] * 2 ** -rank;
  const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount * registerCount) / sum;
  const isFew = raw <= 2.5 * registerCount && empty > 0;
  return Math.round(isFew ? registerCount * Math.log(registerCount / empty) : raw);
}
