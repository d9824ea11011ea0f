/** What the loader sees. */
export { checksumAdd, checksumBegin, checksumEnd } from './checksum';
export { compressSnappy } from './snappy';
export { beginDictionary, codePlaces, knownValues } from './dictionary';
export { scanJsonl, next } from './jsonl';
export { scanCsv, csvRows, csvFaulty, csvLines, csvNext, heldRows, heldCount } from './csv';
export { cutRows, rowsNext, rowsLineCount, rowsFeedsInside } from './elements';
export {
  coverGaps,
  uncoverGaps,
  layRows,
  rowStarts,
  rowEnds,
  rowLines,
  rowShifts,
  nameStarts,
  nameEnds,
  rowCount,
  rowsApart,
} from './rowTable';
export {
  packDecimals,
  decimalScale,
  decimalLeast,
  decimalOthers,
  decimalWidth,
  decimalLow,
  decimalHigh,
  codeValues,
  valueRecords,
  packPlaces,
  leastLength,
  mostLength,
  leastGap,
  mostGap,
} from './columns';
export {
  markRange,
  markDoubles,
  markCodes,
  keepKinds,
  unpackKinds,
  markAll,
  andMarks,
  orMarks,
  countMarks,
  listMarks,
  unpackNumbers,
  unpackCodes,
} from './packed';
export { selectRange, numberBounds, least, greatest, textBounds, leastText, greatestText } from './ranges';
export { countBars } from './bars';
export { joinCodes, codeMarked, countGroups, sumGroups, boundGroups, unpackWords } from './groups';
export { search, searched, needle, loose, hits } from './search';
export { indexKeys } from './path';
export { endPlain, endWhole } from './scalar';
export { forgetShapes } from './shape';
export {
  sortRows,
  missingRows,
  nullRows,
  trueRows,
  falseRows,
  numberRows,
  textRows,
  listRows,
  objectRows,
  oddRows,
  measureNumbers,
  lowNumber,
  highNumber,
  lowAt,
  highAt,
  meanNumber,
  squares,
  negatives,
  zeros,
  areWhole,
  addScaled,
  scaledSum,
  splitTexts,
  timeRows,
  plainRows,
  unusualRows,
  nanoRows,
  hashRows,
  hashNumbers,
  measureTexts,
  characters,
  emptyRows,
  shortestRow,
  longestRow,
  leastRow,
  greatestRow,
  groupRows,
  noteHashes,
  leastSize,
  countSizes,
} from './statistics';
export {
  beginCells,
  areTableCells,
  surveyCells,
  seenKinds,
  seenWholes,
  seenFractions,
  seenDigits,
  seenScale,
  seenForms,
  seenNanos,
  seenFarAway,
  seenPlain,
  seenTrue,
  takeIntegers,
  takeDoubles,
  takeTimes,
  takeDates,
  takeBooleans,
  takeTexts,
  textBytes,
  nullCells,
} from './cells';
export { weaveRows, wovenBytes, neededBytes } from './weave';
export { takeMembers, takeItems, itemCount, otherCells } from './inner';
export { rows, suspects, lines } from './walk';

/** The first byte of memory that the host may lay out. */
export function heapBase(): usize {
  return __heap_base;
}
