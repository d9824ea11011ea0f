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

export function mergeRegisters(registers: Uint8Array, other: Uint8Array): void {
  for (let at = 0; at < registerCount; at++) if (other[at] > registers[at]) registers[at] = other[at];
}

/** How many different values were noted: Flajolet and others, "HyperLogLog" (2007), with linear counting for few. */
export function estimateCount(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount * registerCount) / sum;
  const isFew = raw <= 2.5 * registerCount && empty > 0;
  return Math.round(isFew ? registerCount * Math.log(registerCount / empty) : raw);
}
