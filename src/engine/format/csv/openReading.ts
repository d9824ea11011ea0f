import { rewriteCell, type CellReading } from './cellReading.ts';

/** A column whose cells can be read in two ways that give different values. It is read as text until somebody says. */
export interface OpenReading {
  readonly column: number;
  /** A cell that tells the two apart, where there is one. */
  readonly example: string;
  readonly choices: readonly [CellReading, CellReading];
}

/** A column whose cells no single reading fits: what stands in one file, and in another. */
export interface MixedReading {
  readonly column: number;
  readonly cells: readonly [WrittenCell, WrittenCell];
}

interface WrittenCell {
  readonly text: string;
  readonly path: string;
}

/** `1,234 can be 1.234 or 1234` */
export function describeOpen({ example, choices }: OpenReading): string {
  const [first, second] = choices.map((reading) => rewriteCell(example, reading) ?? example);
  return `${example} can be ${first} or ${second}`;
}

/** As the command line says it: `--decimal ','`. */
export function optionOf(reading: CellReading): string {
  return reading.kind === 'number' ? `--decimal '${reading.decimal}'` : `--dates ${reading.order}`;
}
