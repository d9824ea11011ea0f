import { formatKinds, type FormatKind, type FormatOptions } from '../../protocol/formatOptions.ts';
import { fileNameAt } from '../source/location.ts';
import { refuseOtherFiles } from '../source/otherFiles.ts';
import type { Place } from '../source/place.ts';
import { readSome } from '../source/read.ts';
import type { Source } from '../source/source.ts';
import type { CsvSpec } from './csv/dialect.ts';
import { delimitedText } from './csv/driver.ts';
import type { Certainty, Claim, FileHead, Format, Recognised } from './driver.ts';
import { jsonDocument, type JsonSpec } from './json/document/driver.ts';
import { jsonLines, type JsonlSpec } from './json/driver.ts';
import { logLines, type LogSpec } from './log/driver.ts';
import { linesPattern } from './log/patterns.ts';

/** How a file is read, in whatever format it is: plain data. */
export type FormatSpec = (JsonlSpec | JsonSpec | LogSpec | CsvSpec) & {
  /** The columns that the folders of several files are called after, and which their records have besides. */
  readonly partitions?: readonly string[] | undefined;
};
export type RecognisedFile = Recognised<FormatSpec>;

/** Every format that can be read. */
const drivers = { jsonl: jsonLines, json: jsonDocument, log: logLines, csv: delimitedText } as const;

/** The format as a file is written in it. Cheap: nothing is kept of it. */
export function formatOf(spec: FormatSpec): Format {
  const format = ofDriver(spec);
  const { partitions } = spec;
  return partitions === undefined ? format : { ...format, layout: { ...format.layout, partitions } };
}

/** Whether no more is known of a text than that it has lines. */
export function isPlainText(spec: FormatSpec): boolean {
  return spec.kind === 'log' && spec.name === linesPattern;
}

function ofDriver(spec: FormatSpec): Format {
  switch (spec.kind) {
    case 'jsonl':
      return drivers.jsonl.of(spec);
    case 'json':
      return drivers.json.of(spec);
    case 'log':
      return drivers.log.of(spec);
    case 'csv':
      return drivers.csv.of(spec);
  }
}

/** Enough for the formats, and for nearly every dialect. */
const firstSample = 64 * 1024;
/** A driver may look at so many bytes. */
const largeSample = 1024 * 1024;

/** Learns how a file is to be read from its name, its first bytes, and what the user says. @throws SourceError */
export async function recognise(
  source: Source & { readonly place?: Pick<Place, 'remote' | 'paths'> },
  options: FormatOptions,
  signal: AbortSignal,
): Promise<RecognisedFile> {
  const sample = new Uint8Array(largeSample);
  const length = await readSome(source, sample.subarray(0, firstSample), 0, signal);
  const final = length < firstSample;
  // The text of a file with a schema of its own is JSON Lines, also where there are no rows: nobody need look.
  const said = saidKinds(options) ?? (source.columns ? ['jsonl' as const] : undefined);
  const path = source.place ? source.place.paths.at(0) : source.name;
  if (!said) refuseOtherFiles(source.name, path, sample.subarray(0, length));
  const found = recogniseKind(source.name, sample.subarray(0, length), final, said);
  const { kind } = found;
  const claim = said ? undefined : found.claim;
  const file = { source, sample, length, final, remote: source.place?.remote ?? false };
  const read = await drivers[kind].open(file, { ...claim?.options?.(), ...options }, signal);
  return claim?.by === 'fallback' && isNoTable(read)
    ? drivers.log.open(file, { ...options, pattern: linesPattern }, signal)
    : read;
}

/** Below this, a delimited text is one by a guess. */
const leastScore = 0.3;

/** Whether nothing but a guess says that the lines of a text have fields: prose, settings, logs of an unknown form. */
function isNoTable({ format, score = 1, areSentences = false }: RecognisedFile): boolean {
  return (
    format.kind === 'csv' && (areSentences || (format.dialect.columns.length === 1 && score < leastScore))
  );
}

/** The format that is surest of a file; of two that are as sure, the one that is listed first. @param kinds those that it may be */
export function recogniseKind(
  name: string,
  head: Uint8Array,
  final: boolean,
  kinds: readonly FormatKind[] = formatKinds,
): { readonly kind: FormatKind; readonly claim: Claim | undefined } {
  // Nothing is looked at where there is nothing to choose.
  if (kinds.length === 1) return { kind: kinds[0], claim: undefined };
  const file: FileHead = {
    name: fileNameAt(name)
      .toLowerCase()
      .replace(/\.(gz|zst)$/, ''),
    text: new TextDecoder().decode(head),
    final,
  };
  const claims = kinds.map((kind) => ({ kind, claim: drivers[kind].recognise(file) }));
  const [surest] = claims.toSorted((a, b) => sureness(b.claim) - sureness(a.claim));
  return surest;
}

const order: readonly Certainty[] = ['fallback', 'content', 'name'];

function sureness(claim: Claim | undefined): number {
  return claim === undefined ? -1 : order.indexOf(claim.by);
}

/** Who says what is said of some formats only, such as a delimiter, says that the file is one of them. */
function saidKinds(options: FormatOptions): readonly FormatKind[] | undefined {
  if (options.format !== undefined) return [options.format];
  const given = formatKinds.map((kind) => ({
    kind,
    count: drivers[kind].options.filter((name) => options[name] !== undefined).length,
  }));
  const most = Math.max(...given.map(({ count }) => count));
  return most === 0 ? undefined : given.filter(({ count }) => count === most).map(({ kind }) => kind);
}
