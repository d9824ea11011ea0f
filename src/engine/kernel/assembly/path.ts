import {
  clearField,
  Column,
  KIND_ESCAPED_TEXT,
  KIND_LIST,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_TEXT,
  setField,
  setNumber,
} from './frame';
import { exactNumber, scalarEnd, scalarKind } from './scalar';
import { closingQuote, skipSpace, wasEscaped } from './text';
import { hashText } from './textHash';

/*
 * The requested paths as a tree, laid out by the host: a node for each object on the way, a key for each member
 * of it that matters.
 */

// @ts-ignore: decorator
@unmanaged
export class Node {
  keyCount: u32;
  /** `keyCount` of `Key`, one after the other. */
  keys: usize;
  /** The `Column` whose path ends here, or 0. */
  column: usize;
  /** The columns whose paths end here or further down, as addresses of `Column`. */
  belowCount: u32;
  below: usize;
  /** The key that is looked for first: records mostly have the same members in the same order. */
  guess: usize;
  /** Room for `slots` addresses of keys by their hashes, a power of two; 0 where there are few keys. */
  table: usize;
  slots: u32;
}

// @ts-ignore: decorator
@unmanaged
export class Key {
  /** The key's first bytes and, if it ends within them, the closing quote; 8 bytes with what `mask` leaves of them. */
  head: u64;
  mask: u64;
  /** All bytes of the key and the closing quote. */
  text: usize;
  length: u32;
  node: usize;
  unused: u32;
}

const QUOTE: u8 = 0x22;

/** Where the value begins that `takeMember` found last. */
export let valueAt: usize = 0;

/**
 * The node of the member whose key begins with the quote at `at`, `valueAt` then being where its value begins; 0
 * where the key does not matter or is none.
 */
export function findMember(node: usize, at: usize): usize {
  const owner = changetype<Node>(node);
  if (owner.keyCount == 0) return 0;
  let address = owner.guess;
  if (!isKeyAt(changetype<Key>(address), at)) {
    address = owner.table == 0 ? fewKeyAt(owner, at) : manyKeyAt(owner, at);
    if (address == 0) return 0;
  }
  const following = address + offsetof<Key>();
  owner.guess = following == owner.keys + usize(owner.keyCount) * offsetof<Key>() ? owner.keys : following;
  const key = changetype<Key>(address);
  const next = skipSpace(at + key.length + 2);
  if (load<u8>(next) != 0x3a) return 0;
  valueAt = skipSpace(next + 1);
  return key.node;
}

// @ts-ignore: decorator
@inline
function isKeyAt(key: Key, at: usize): bool {
  if (((load<u64>(at, 1) ^ key.head) & key.mask) != 0) return false;
  return key.length <= 7 || isSame(key.text + 8, at + 9, key.length - 7);
}

function fewKeyAt(node: Node, at: usize): usize {
  const end = node.keys + usize(node.keyCount) * offsetof<Key>();
  for (let address = node.keys; address < end; address += offsetof<Key>()) {
    if (isKeyAt(changetype<Key>(address), at)) return address;
  }
  return 0;
}

function manyKeyAt(node: Node, at: usize): usize {
  const mask = node.slots - 1;
  const start = at + 1;
  let slot = u32(hashText(start, u32(closingQuote(start) - start), 0)) & mask;
  let address = load<usize>(node.table + (usize(slot) << 2));
  while (address != 0 && !isKeyAt(changetype<Key>(address), at)) {
    slot = (slot + 1) & mask;
    address = load<usize>(node.table + (usize(slot) << 2));
  }
  return address;
}

/** Fills the table of a node whose keys are laid out and whose table is empty. */
export function indexKeys(node: usize): void {
  const owner = changetype<Node>(node);
  const mask = owner.slots - 1;
  const end = owner.keys + usize(owner.keyCount) * offsetof<Key>();
  for (let address = owner.keys; address < end; address += offsetof<Key>()) {
    const key = changetype<Key>(address);
    let slot = u32(hashText(key.text, key.length, 0)) & mask;
    while (load<usize>(owner.table + (usize(slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<usize>(owner.table + (usize(slot) << 2), address);
  }
}

/** Sets the node's column from the value at `at`, and takes back what an equal key before it has set. */
export function takeValue(node: usize, at: usize, base: usize, row: u32): void {
  const below = changetype<Node>(node).below;
  const count = changetype<Node>(node).belowCount;
  for (let index: u32 = 0; index < count; index++) {
    clearField(changetype<Column>(load<usize>(below + (usize(index) << 2))), row);
  }
  if (changetype<Node>(node).column == 0) return;

  const column = changetype<Column>(changetype<Node>(node).column);
  const start = u32(at - base);
  const first = load<u8>(at);
  if (first == QUOTE) {
    const close = closingQuote(at + 1);
    setField(column, row, wasEscaped ? KIND_ESCAPED_TEXT : KIND_TEXT, start + 1, u32(close - base));
  } else if (first == 0x7b || first == 0x5b) {
    // The end is set when the bracket closes.
    setField(column, row, first == 0x7b ? KIND_OBJECT : KIND_LIST, start, start);
  } else {
    const end = scalarEnd(at);
    if (end == 0) return;
    const kind = scalarKind(at, first);
    setField(column, row, kind, start, u32(end - base));
    if (kind == KIND_NUMBER && column.numbers != 0) setNumber(column, row, exactNumber(at, end));
  }
}

function isSame(one: usize, other: usize, length: u32): bool {
  for (let index: u32 = 0; index < length; index++) {
    if (load<u8>(one + index) != load<u8>(other + index)) return false;
  }
  return true;
}
