/** What the loader sees. */
export { scanJsonl, count, suspects, lineCount, next } from './jsonl';

/** The first byte of memory that the host may lay out. */
export function heapBase(): usize {
  return __heap_base;
}
