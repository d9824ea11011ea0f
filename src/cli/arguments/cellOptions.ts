import { optionOf, type OpenReading } from '../../engine/format/csv/openReading.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { type Said, said } from '../../said/said.ts';
import { UsageError } from './usageError.ts';

/** How a file's numbers and dates are written, as the command line says it. */
export type CellOptions = Pick<FormatOptions, 'decimal' | 'dates'>;

/** As `parseArgs` wants them. */
export const cellOptions = {
  decimal: { type: 'string' },
  dates: { type: 'string' },
} as const;

/** @throws UsageError */
export function readCellOptions(values: {
  readonly decimal?: string | undefined;
  readonly dates?: string | undefined;
}): CellOptions {
  return { decimal: readDecimal(values.decimal), dates: readDates(values.dates) };
}

function readDecimal(text: string | undefined): CellOptions['decimal'] {
  switch (text?.toLowerCase()) {
    case undefined:
      return undefined;
    case ',':
    case 'comma':
      return ',';
    case '.':
    case 'point':
      return '.';
    case 'none':
      return 'none';
    default:
      throw new UsageError(`--decimal takes ',' or '.' or none, not '${text ?? ''}'.`);
  }
}

function readDates(text: string | undefined): CellOptions['dates'] {
  const order = text?.toLowerCase();
  switch (order) {
    case undefined:
    case 'dmy':
    case 'mdy':
    case 'ymd':
    case 'none':
      return order;
    default:
      throw new UsageError(`--dates takes dmy, mdy, ymd or none, not '${text ?? ''}'.`);
  }
}

/** The option that reads a text as NULL. */
export function useNull(text: string): Said {
  return said`use --null '${text}'`;
}

/** The options that say how a column's cells are written. */
export function optionsFor({ choices }: OpenReading): Said {
  return said`Use ${choices.map(optionOf).join(' or ')}.`;
}
