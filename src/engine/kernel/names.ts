import { writeWords, type Frame } from './frame.ts';
import type { Arena, KernelMemory } from './memory.ts';

/** Members of a JSON object that matter, as a tree. */
export interface NameNode {
  /** Index of the column whose path ends here. */
  readonly column: number | undefined;
  /** Columns whose paths end here or further down. */
  readonly below: readonly number[];
  readonly names: readonly { readonly utf8: Uint8Array; readonly node: NameNode }[];
}

export interface Names {
  /** Address of the tree, 0 where there is none. */
  readonly root: number;
  /** Address of the lengths that names have, in 32-bit words. */
  readonly lengths: number;
  readonly lengthCount: number;
}

const nodeSize = 32;
const keySize = 32;
/** So many keys are sooner looked through than found by their hash. */
const fewKeys = 16;

/** Lays out a tree of names as assembly/path.ts has it. */
export function layOutNames(
  memory: KernelMemory,
  arena: Arena,
  root: NameNode | undefined,
  frame: Frame,
): Names {
  if (root === undefined) return { root: 0, lengths: 0, lengthCount: 0 };
  const names = [...new Set(lengthsOf(root))];
  const lengths = arena.take(names.length * 4);
  writeWords(arena.view(), lengths, ...names);
  return { root: layOutNode(memory, arena, root, frame), lengths, lengthCount: names.length };
}

function layOutNode(memory: KernelMemory, arena: Arena, node: NameNode, frame: Frame): number {
  const { length } = node.names;
  const address = arena.take(nodeSize);
  const keys = arena.take(length * keySize);
  const below = arena.take(node.below.length * 4);
  const slots = length > fewKeys ? 1 << (33 - Math.clz32(length - 1)) : 0;
  const table = slots === 0 ? 0 : arena.take(slots * 4);
  const column = node.column === undefined ? 0 : frame.columnAt(node.column);
  const view = arena.view();
  writeWords(view, address, length, keys, column, node.below.length, below, keys, table, slots);
  writeWords(view, below, ...node.below.map((index) => frame.columnAt(index)));
  for (const [index, { utf8, node: child }] of node.names.entries()) {
    layOutKey(arena, keys + index * keySize, utf8, layOutNode(memory, arena, child, frame));
  }
  if (table !== 0) {
    new Uint8Array(arena.view().buffer, table, slots * 4).fill(0);
    memory.exports.indexKeys(address);
  }
  return address;
}

/** A key and its closing quote: the first 8 bytes with a mask of those that are there, and all of them. */
function layOutKey(arena: Arena, address: number, utf8: Uint8Array, child: number): void {
  const text = arena.take(utf8.length + 1);
  const view = arena.view();
  const bytes = [...utf8, 0x22];
  for (const [index, byte] of bytes.entries()) view.setUint8(text + index, byte);
  for (let index = 0; index < 8; index++) {
    view.setUint8(address + index, bytes.at(index) ?? 0);
    view.setUint8(address + 8 + index, index < bytes.length ? 0xff : 0);
  }
  writeWords(view, address + 16, text, utf8.length, child);
}

function lengthsOf(node: NameNode): number[] {
  return node.names.flatMap(({ utf8, node: child }) => [utf8.length, ...lengthsOf(child)]);
}
