import { sideOf } from './place.ts';
import type { Program } from './program.ts';

/** Gives every byte its class: bytes that no instruction tells apart have the same. Answers a byte of each class. */
export function classify({ instructions, encoding }: Program, classes: Uint8Array): number[] {
  const begins = new Uint8Array(257);
  begins[0] = 1;
  const cut = (from: number, to: number): void => {
    begins[from] = 1;
    begins[to + 1] = 1;
  };
  for (const instruction of instructions) {
    if (instruction.kind === 'bytes' && instruction.from <= instruction.to)
      cut(instruction.from, instruction.to);
  }
  if (instructions.some(({ kind }) => kind === 'assert')) {
    for (let byte = 1; byte < 256; byte++)
      if (sideOf(byte, encoding) !== sideOf(byte - 1, encoding)) begins[byte] = 1;
  }
  const samples: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (begins[byte] === 1) samples.push(byte);
    classes[byte] = samples.length - 1;
  }
  return samples;
}
