import type { ToolAnswer } from '../../protocol/tools.ts';
import { counted } from '../words.ts';
import { answer, roomBeside } from './answer.ts';
import type { Call } from './call.ts';
import type { ShownRows } from './pageRows.ts';

/** What an answer of records may hold. */
export function limitsOf(
  { input }: Call,
  figures: object,
): {
  readonly count: number;
  readonly bytes: number;
  readonly cellBytes: number;
  readonly numbered: boolean;
} {
  return {
    count: input.number('count'),
    bytes: roomBeside(input.number('max_bytes'), figures) - 450,
    cellBytes: input.number('max_cell_bytes'),
    numbered: true,
  };
}

export function recordsAnswer(
  head: string,
  shown: ShownRows,
  figures: Readonly<Record<string, unknown>>,
): ToolAnswer {
  const notes = [
    shown.cutCells > 0 ? `${counted(shown.cutCells, 'cell')} cut; raise max_cell_bytes to see more.` : '',
    shown.hiddenColumns > 0
      ? `${counted(shown.hiddenColumns, 'column')} left out for lack of room; use query_file with SELECT.`
      : '',
  ];
  return answer([head, ...notes], shown.room.lines, {
    ...figures,
    rows: shown.room.values,
    cut_cells: shown.cutCells,
    hidden_columns: shown.hiddenColumns,
  });
}
