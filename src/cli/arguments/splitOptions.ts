import type { PartLimits } from '../../engine/sink/split/splitSink.ts';
import { isTemplate, parseTemplate } from '../../engine/sink/split/template.ts';
import { UsageError } from './usageError.ts';

export const splitOptions = {
  'split-records': { type: 'string' },
  'split-bytes': { type: 'string' },
  overwrite: { type: 'boolean' },
} as const;

/** How outputs with `{column}` or `{part}` in their names are written. */
export interface SplitOptions {
  readonly limits: PartLimits;
  readonly overwrite: boolean;
}

interface Values {
  readonly 'split-records'?: string | undefined;
  readonly 'split-bytes'?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

/** @param outputs the names of all outputs @throws UsageError */
export function readSplitOptions(values: Values, outputs: readonly string[]): SplitOptions {
  const { 'split-records': records, 'split-bytes': bytes, overwrite = false } = values;
  const templates = outputs.filter(isTemplate).map(parsed);
  const hasLimits = records !== undefined || bytes !== undefined;
  if (hasLimits && !templates.some(({ hasPart }) => hasPart))
    throw new UsageError(
      "--split-records and --split-bytes need {part} in the name of the output, as in -o 'out/{part}.jsonl'.",
    );
  if (!hasLimits && templates.some(({ hasPart }) => hasPart))
    throw new UsageError('{part} in the name of an output needs --split-records or --split-bytes.');
  if (hasLimits && templates.some(({ hasPart }) => !hasPart))
    throw new UsageError(
      'With --split-records or --split-bytes, each output with {column} in its name needs {part}.',
    );
  if (overwrite && templates.length === 0)
    throw new UsageError(
      '--overwrite is for outputs with {column} or {part} in their names. Others are replaced.',
    );
  const limits = {
    records: records === undefined ? undefined : readSize('split-records', records, countUnits),
    bytes: bytes === undefined ? undefined : readSize('split-bytes', bytes, byteUnits),
  };
  return { limits, overwrite };
}

function parsed(path: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(path);
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`'${path}' cannot be the name of an output: ${error.message}.`);
    throw error;
  }
}

const countUnits: Readonly<Record<string, number>> = { '': 1 };
/** As split(1) has them, and DuckDB. */
const byteUnits: Readonly<Record<string, number>> = {
  ...{ '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 },
  ...{ kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 },
};

function readSize(name: string, text: string, units: typeof byteUnits): number {
  const [, digits = '', unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : NaN;
  const size = Number(digits) * factor;
  if (digits !== '' && size > 0 && Number.isSafeInteger(size)) return size;
  const example = units === byteUnits ? ', for example 100MB or 64MiB' : '';
  throw new UsageError(`--${name} takes a number above 0${example}, not '${text}'.`);
}
