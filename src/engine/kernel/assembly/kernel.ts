/** What the loader sees. */
export { scanJsonl, next } from './jsonl';
export { scanCsv, csvRows, csvFaulty, csvLines, csvNext } from './csv';
export {
  cutRows,
  canUncover,
  coverRows,
  uncoverRows,
  rowStarts,
  rowEnds,
  rowLines,
  nameStarts,
  nameEnds,
  rowCount,
  rowsNext,
  rowsLineCount,
} from './elements';
export { search, searched, needle, loose, hits } from './search';
export { forgetShapes } from './shape';
export { rows, suspects, lines } from './walk';

/** The first byte of memory that the host may lay out. */
export function heapBase(): usize {
  return __heap_base;
}
