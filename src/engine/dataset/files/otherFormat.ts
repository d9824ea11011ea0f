import type { FormatKind } from '../../../protocol/formatOptions.ts';
import { type Said, said } from '../../../said/said.ts';
import { type FormatSpec, isPlainText, recognise, recogniseKind } from '../../format/registry.ts';
import type { OpenedSource } from '../../source/open.ts';
import { readSome } from '../../source/read.ts';
import type { Source } from '../../source/source.ts';
import type { DatasetOptions } from '../dataset.ts';

/** What people call the way in which a file is written. */
export type FormatName = FormatKind | 'parquet' | 'text';

/** Of so many bytes it is seen whether they begin a line of JSON. */
const lineLength = 256;
/** Enough for a format to claim a file. */
const headLength = 16 * 1024;

export function formatName(format: FormatSpec, containers: OpenedSource['containers'] = []): FormatName {
  if (containers.includes('parquet')) return 'parquet';
  return isPlainText(format) ? 'text' : format.kind;
}

export function inWords(name: FormatName): Said {
  switch (name) {
    case 'jsonl':
      return said`JSON Lines`;
    case 'json':
      return said`a JSON document`;
    case 'csv':
      return said`delimited text`;
    case 'log':
      return said`a log`;
    case 'parquet':
      return said`Parquet`;
    case 'text':
      return said`lines of text`;
  }
}

/**
 * The format of a file beside the first one of several, where it is another. Delimited text with a header is told by that
 * (`otherTable`), so that of thousands of files with the same header none is looked at here.
 */
export async function otherFormat(
  source: OpenedSource,
  first: FormatSpec,
  options: DatasetOptions,
): Promise<FormatName | undefined> {
  const { signal } = options;
  if (first.kind === 'jsonl') {
    if (await beginsWithObject(source, signal)) return undefined;
    const { format } = await recognise(source, options, signal);
    return format.kind === 'jsonl' ? undefined : formatName(format, source.containers);
  }
  if (options.format !== undefined || (first.kind === 'csv' && first.dialect.headerLines > 0))
    return undefined;
  const claimed = await claimedFormat(source, signal);
  return claimed === undefined || claimed === first.kind ? undefined : claimed;
}

/**
 * The format that a file is in by its name or by what it holds, whatever the user says of the delimited text beside it;
 * undefined where it may be in any.
 */
export async function claimedFormat(
  source: Source & Pick<Partial<OpenedSource>, 'containers'>,
  signal: AbortSignal,
): Promise<FormatName | undefined> {
  if (source.containers?.includes('parquet')) return 'parquet';
  const bytes = new Uint8Array(headLength);
  const length = await readSome(source, bytes, 0, signal);
  const { kind, claim } = recogniseKind(source.name, bytes.subarray(0, length), length < headLength);
  return claim === undefined || claim.by === 'fallback' ? undefined : kind;
}

/** Whether a text begins with an object in a line, as nearly all JSON Lines do, or with an empty line. */
async function beginsWithObject(source: Source, signal: AbortSignal): Promise<boolean> {
  const bytes = new Uint8Array(lineLength);
  const head = bytes.subarray(0, await readSome(source, bytes, 0, signal));
  const [line] = new TextDecoder().decode(head).trimStart().split('\n', 1);
  return line === '' || /^\{\s*[^\s]/.test(line);
}
