import { createKernelMemory, type KernelMemory } from './memory.ts';

let memory: KernelMemory | undefined;

/** The bytes as Snappy writes them: void after the next call. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  memory ??= createKernelMemory();
  const { length } = bytes;
  memory.reserve(length, 0);
  const target = memory.arena().take(length + Math.ceil(length / 6) + slack);
  memory.bytes().set(bytes);
  const { exports, bufferAt } = memory;
  const end = exports.compressSnappy(bufferAt, length, target);
  return new Uint8Array(exports.memory.buffer, target, end - target);
}

/** Bytes beyond what the compressed ones may be, of which some are written over. */
const slack = 64;
