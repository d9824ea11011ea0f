import type { OpenColumn, WrittenOptions } from '../../protocol/file.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { describeReading, rewriteCell, type CellReading } from '../format/csv/cellReading.ts';

/** The columns whose cells can be read in two ways. */
export function openColumns({ recognised, layout }: Dataset): OpenColumn[] {
  const { openReadings = [] } = recognised;
  const names = layout.names === 'columns' ? layout.columns : [];
  return openReadings.map(({ column, example, choices }) => ({
    name: names[column],
    example,
    choices: choices.map((reading) => ({
      written: describeReading(reading),
      value: rewriteCell(example, reading) ?? example,
      options: optionsOf(reading),
    })),
  }));
}

function optionsOf(reading: CellReading): WrittenOptions {
  return reading.kind === 'number' ? { decimal: reading.decimal } : { dates: reading.order };
}
