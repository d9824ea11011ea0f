import { parseArgs } from 'node:util';
import type { Target } from '../../engine/sink/exportFormat.ts';
import { isAddress } from '../../engine/source/http/address.ts';
import type { HeaderFields } from '../../engine/source/source.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { cellOptions, readCellOptions, type CellOptions } from './cellOptions.ts';
import { readEncoding, readFormat, readHeaders, readTarget } from './readOptions.ts';
import { readTableOptions, tableOptions, type TableOptions } from './tableOptions.ts';
import { readTextOptions, textOptions, type TextOptions } from './textOptions.ts';
import { UsageError } from './usageError.ts';

/** What `rowriver diff` asks for. */
export interface DiffCommand {
  /** The older and the newer file: each a path, a pattern, a folder or an address; one of them may be `-`. */
  readonly files: readonly [string, string];
  readonly keys: readonly string[];
  /** A query of the result's rows. */
  readonly query: string;
  readonly count: boolean;
  /** Undefined for standard output. */
  readonly output: string | undefined;
  readonly to: Target | undefined;
  /** How both files are read. */
  readonly from: FormatOptions['format'];
  readonly encoding: string | undefined;
  readonly table: TableOptions;
  readonly texts: TextOptions;
  readonly cells: CellOptions;
  readonly cache: boolean;
  readonly headers: HeaderFields;
}

/** @throws UsageError */
export function readDiffArguments(args: readonly string[], environment: NodeJS.ProcessEnv = {}): DiffCommand {
  const { values, positionals } = parsed(args);
  const [before = '', after = '', query = '', ...rest] = positionals;
  if (before === '' || after === '') {
    throw new UsageError('rowriver diff compares two files: rowriver diff OLD NEW --key FIELD.');
  }
  if (rest.length > 0) throw new UsageError('rowriver diff takes two files and one query: put it in quotes.');
  if (before === '-' && after === '-')
    throw new UsageError('Only one of the two files can be standard input.');
  const { count = false, output, to, key: keys = [] } = values;
  if (keys.some((key) => key.trim() === '')) throw new UsageError('--key needs the name of a field.');
  if (count && (output !== undefined || to !== undefined || query !== ''))
    throw new UsageError('--count cannot be combined with a query, --output or --to.');
  if (output === '') throw new UsageError('--output needs the path of a file.');
  const address = [before, after].find((file) => isAddress(file));
  return {
    files: [before, after],
    keys,
    query,
    count,
    output: output === '-' ? undefined : output,
    to: to === undefined ? undefined : readTarget(to),
    from: values.from === undefined ? undefined : readFormat(values.from),
    encoding: values.encoding === undefined ? undefined : readEncoding(values.encoding),
    table: readTableOptions(values),
    texts: readTextOptions(values),
    cells: readCellOptions(values),
    cache: !values['no-cache'],
    headers: readHeaders(values.header ?? [], address ?? before, environment),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        key: { type: 'string', short: 'k', multiple: true },
        count: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
        to: { type: 'string' },
        from: { type: 'string' },
        encoding: { type: 'string' },
        ...tableOptions,
        ...textOptions,
        ...cellOptions,
        header: { type: 'string', multiple: true },
        'no-cache': { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`rowriver diff: ${error.message.split(/\. |\.?\n/)[0] ?? ''}.`);
  }
}
