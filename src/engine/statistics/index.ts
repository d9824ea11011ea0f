export { figuresOf } from './figures.ts';
export { CellColumn } from './cellColumn.ts';
export type { ColumnAccumulator } from './column.ts';
export { ColumnSet } from './columnSet.ts';
export { countedColumn } from './countedColumn.ts';
export { ByteInput, type FieldInput } from './fieldInput.ts';
export { examplesOf, histogramOf, roundEdges, summaryOf, timeBars, topOf, topValues } from './summary.ts';
