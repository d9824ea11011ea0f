import { Fault } from '../../fault.ts';
import { createLineScan, createLineScanner, type LineReader } from '../lines.ts';
import { exactNumber } from '../number.ts';
import { pathTree } from '../path.ts';
import { Kind, maxDepth, maxRecordLength, type RecordBlock, type Scanner, type ScanTask } from '../record.ts';
import { createJsonReader } from './reader.ts';

/** What a scanner holds at most; other values than the engine's are for tests. */
export interface ScanLimits {
  readonly maxRecordLength: number;
  readonly maxDepth: number;
}

export const engineLimits: ScanLimits = { maxRecordLength, maxDepth };

/** JSON Lines: any JSON value may be a line. */
export function createPlainJsonlScanner(limits: ScanLimits = engineLimits): Scanner {
  return createLineScanner(jsonReader(limits), limits.maxRecordLength);
}

/** `Scanner.scan` of a buffer that is not the scanner's own. */
export function createJsonlScan(limits: ScanLimits): (buffer: Uint8Array, task: ScanTask) => RecordBlock {
  return createLineScan(jsonReader(limits), limits.maxRecordLength);
}

function jsonReader(limits: ScanLimits): LineReader {
  const reader = createJsonReader(limits.maxDepth);
  let tree = pathTree([]);
  return {
    numberOf: (bytes, kind, start, end) => (kind === Kind.Number ? exactNumber(bytes, start, end) : NaN),
    begin(fields) {
      tree = pathTree(fields);
    },
    read(bytes, start, end, builder) {
      const verdict = reader.read(bytes, start, end, tree, builder);
      if (verdict.fault !== Fault.None) builder.setFault(verdict.fault, verdict.at - start);
    },
  };
}
