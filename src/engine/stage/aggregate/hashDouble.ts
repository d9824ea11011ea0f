const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** A hash of 32 bits, whose low ones will do: the same one for 0 and -0. */
export function hashDouble(value: number): number {
  double[0] = value === 0 ? 0 : value;
  let hash = Math.imul(words[0], 0x9e3779b1) ^ Math.imul(words[1], 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
