import type { RecordBlock } from '../format/record.ts';

/** Appends one record, given by its index in the block. @throws SinkError */
export type AppendRecord = (block: RecordBlock, record: number) => void;
