/** Copies of arrays in memory that threads share. */
export function sharedBytes(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

export function sharedWords(words: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(words.byteLength));
  copy.set(words);
  return copy;
}

export function sharedIntegers(integers: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(integers.byteLength));
  copy.set(integers);
  return copy;
}

export function sharedDoubles(doubles: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(doubles.byteLength));
  copy.set(doubles);
  return copy;
}
