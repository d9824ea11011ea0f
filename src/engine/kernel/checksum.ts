import { createKernelMemory, type KernelMemory } from './memory.ts';

let memory: KernelMemory | undefined;

/** `Scanner.checksum` of bytes that are in no kernel's memory: they are copied into one. */
export function checksumOf(bytes: Uint8Array): number {
  memory ??= createKernelMemory();
  memory.reserve(bytes.length, 0);
  memory.bytes().set(bytes);
  return memory.checksum(0, bytes.length);
}
