import { formatKinds, type FormatOptions } from '../../protocol/formatOptions.ts';
import { encodingName } from '../source/encoding/encoding.ts';
import type { Arguments } from './arguments.ts';
import { ToolError } from './toolError.ts';

const marks = [',', '.', 'none'] as const;
const orders = ['dmy', 'mdy', 'ymd', 'none'] as const;

/** What a call says of how its file is read. @throws ToolError for an unknown encoding */
export function formatOptionsOf(input: Arguments): FormatOptions {
  const said = input.members('read_as');
  const text = (name: string): string | undefined => {
    const value = said.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const headerRows = said.get('header_rows');
  const nullText = text('null');
  const options: FormatOptions = {
    format: formatKinds.find((kind) => kind === said.get('format')),
    delimiter: text('delimiter'),
    headerRows: typeof headerRows === 'number' ? headerRows : undefined,
    nulls: nullText === undefined ? undefined : [nullText],
    encoding: encodingOf(text('encoding')),
    decimal: marks.find((mark) => mark === said.get('decimal')),
    dates: orders.find((order) => order === said.get('dates')),
    rows: text('rows'),
    pattern: text('pattern'),
  };
  // Two files that are read the same way are one.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function encodingOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const name = encodingName(text);
  if (name === undefined) throw new ToolError(`read_as.encoding: unknown encoding ${text}.`);
  return name;
}
