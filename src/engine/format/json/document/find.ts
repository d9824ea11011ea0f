import { type Said, said } from '../../../../said/said.ts';
import { fileNameAt } from '../../../source/location.ts';
import { readSome } from '../../../source/read.ts';
import { SourceError, type Source } from '../../../source/source.ts';
import { isJson } from '../../headLines.ts';
import { markLength } from '../../lines.ts';
import { JsonFields, type FieldPath } from '../fields.ts';
import { createElementFinder } from './elements.ts';
import { Outline, type OpenValue } from './outline.ts';
import { Shapes } from './shapes.ts';
import { parseRowsPath, printRowsPath, type JsonRows, type RowsPath } from './rows.ts';

/** A list or an object of a document that can be shown as rows. */
export interface RowsCandidate {
  readonly path: string;
  /** Elements or members that were seen of it. */
  readonly rows: number;
  /** Bytes that were seen of it. */
  readonly bytes: number;
  /** Whether all of it was seen. */
  readonly whole: boolean;
  /** Whether it is a list of objects, each of which would be a record. */
  readonly isTable: boolean;
}

export interface FoundRows {
  readonly rows: JsonRows;
  /** What could be shown instead, biggest first; `rows` is one of them unless the path was given. */
  readonly candidates: readonly RowsCandidate[];
  /** Bytes of the document that were looked through for candidates, where it is longer. */
  readonly looked: number | undefined;
  /** The paths that the first rows hold; none where some of those are no plain JSON, and may hold more. */
  readonly paths: readonly FieldPath[];
}

export interface NoRows {
  readonly rows: undefined;
  readonly candidates: readonly RowsCandidate[];
  readonly reason: Said;
}

/**
 * The lists and objects in the head of a document that can be shown as rows: first what is meant, and then biggest first
 * lists outside of other lists, and objects whose members are all objects. Several documents one after the other, or one that
 * has neither, are rows themselves: `$`. So is one that is seen as a whole, and in which they are details (`leastShares`), as in
 * a file of settings. A list of objects that comes first has the rows, whatever comes after it: that
 * there is more cannot be seen in the head of a longer one either.
 */
export function findArrays(head: Uint8Array): RowsCandidate[] {
  return survey(head).candidates();
}

/**
 * What services call the list of what they have found, if anything: it is no detail, however much they say beside it. Without
 * this, an answer with no results would be a row, and one with some would not.
 */
const namesOfRows =
  /^(?:items|results|records|rows|data|hits|features|entries|documents|docs|events|values|objects|elements)$/i;

/** Those of them that are meant whatever lists stand beside them: links, facets, what the results refer to. */
const namesOfResults = /^(?:items|results|records|rows|data|hits|documents|docs)$/i;

/** What of a whole document a list of objects, another list, or an object of objects must be to be meant. */
const leastShares = { records: 0.1, values: 0.5, members: 0.5 };

interface Survey {
  /** Of the head; what comes next may be given to it. */
  readonly outline: Outline;
  /** Those of what the outline has gone through so far. */
  candidates(): RowsCandidate[];
}

function survey(head: Uint8Array): Survey {
  const closed = new Biggest();
  const shapes = new Shapes();
  const seen = { recordsFirst: false, length: 0 };
  const add = (to: Biggest, open: readonly OpenValue[], depth: number, end: number, whole: boolean) => {
    const value = open[depth - 1];
    if (outline.state.documents > 1 || value.inList) return;
    const keyed = !value.list && value.values >= 2 && value.objects === value.values;
    if (!value.list && !keyed) return;
    const bytes = end - value.start;
    const isTable = value.list && value.values > 0 && value.objects === value.values;
    const mostAround = (): number => {
      if (keyed) return shapes.areAlike(depth) ? bytes / leastShares.members : 0;
      if (value.objects === value.values && namesOfRows.test(String(value.step))) return Infinity;
      return bytes / (value.objects > 0 ? leastShares.records : leastShares.values);
    };
    // An object of objects has the lists in it as well: it must be much larger than each to be meant.
    to.offer(value.list ? bytes : bytes / 2, () => ({
      candidate: { path: pathOf(open.slice(0, depth)), rows: value.values, bytes, whole, isTable },
      mostAround: mostAround(),
      depth,
      areResults: !keyed && value.objects === value.values && namesOfResults.test(String(value.step)),
    }));
  };
  const outline: Outline = new Outline({
    opened: (open) => shapes.opened(open),
    named: (open, name) => shapes.named(open, name),
    closed: (open, end) => {
      const [top] = open;
      if (open.length === 1 && outline.state.documents === 1) {
        seen.recordsFirst = top.list && top.objects > 0 && top.objects === top.values;
        seen.length = top.list ? 0 : end - 1 - top.start;
      }
      add(closed, open, open.length, end - 1, true);
      shapes.closed(open);
    },
  });
  outline.push(head);
  const candidates = (): RowsCandidate[] => {
    const { open, documents, length } = outline.state;
    const biggestFirst = closed.copy();
    for (let depth = open.length; depth > 0; depth--) add(biggestFirst, open, depth, length, false);
    const found = documents > 1 && !seen.recordsFirst ? [] : biggestFirst.inOrder();
    const whole = open.length === 0;
    const all = found.map(({ candidate }) => candidate);
    if (documents > 0) all.push({ path: '$', rows: documents, bytes: length, whole, isTable: false });
    const biggest = found.findIndex(({ mostAround }) => seen.length <= mostAround);
    const depth = biggest === -1 ? Infinity : found[biggest].depth;
    const results = found.findIndex((one) => one.areResults && one.depth <= depth);
    // Where none is meant, -1 is the place of `$`.
    return withFirst(all, all.at(results === -1 ? biggest : results)?.path);
  };
  return { candidates, outline };
}

/** The one with a path before the others; all as they were where there is none with it. */
function withFirst(candidates: readonly RowsCandidate[], first: string | undefined): RowsCandidate[] {
  return [true, false].flatMap((isFirst) => candidates.filter(({ path }) => (path === first) === isFirst));
}

/** Candidates that are kept: nobody chooses from more, and paths in a deeply nested document are long. */
const mostCandidates = 100;

interface Offered {
  readonly candidate: RowsCandidate;
  /** In a document of more bytes it is a detail. */
  readonly mostAround: number;
  /** How many values it is in, itself included. */
  readonly depth: number;
  readonly areResults: boolean;
}

/** The biggest of many candidates, without holding the others. */
class Biggest {
  #kept: (Offered & { readonly size: number })[] = [];
  /** What one must be bigger than to be among the biggest. */
  #least = -1;

  offer(size: number, offered: () => Offered): void {
    if (size <= this.#least) return;
    this.#kept.push({ size, ...offered() });
    if (this.#kept.length === 2 * mostCandidates) this.#trim();
  }

  copy(): Biggest {
    const copy = new Biggest();
    copy.#kept = [...this.#kept];
    copy.#least = this.#least;
    return copy;
  }

  inOrder(): readonly Offered[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept.sort((a, b) => b.size - a.size);
    if (this.#kept.length < mostCandidates) return;
    this.#kept.length = mostCandidates;
    this.#least = this.#kept[mostCandidates - 1].size;
  }
}

function pathOf(open: readonly OpenValue[]): string {
  const steps = open.flatMap(({ step }) => (step === undefined ? [] : [step]));
  return printRowsPath({ steps, take: open.at(-1)?.list ? 'elements' : 'members' });
}

/** Where comments and trailing commas are to be expected, also beyond the head. */
const nameOfJsonc = /\.(?:jsonc|json5)(?:\.(?:gz|zst))?$/i;

const headLength = 64 * 1024;
/** Where the head has no list, this much is looked at. */
const longHead = 1024 * 1024;
const pieceLength = 256 * 1024;

/**
 * Finds the rows of a document: those that `path` names, however far it is to them, or the biggest that its head has.
 * @param remote whether reading costs more than the disk's time
 * @throws SourceError
 */
export async function findRows(
  source: Source,
  path: string | undefined,
  signal?: AbortSignal,
  remote = false,
): Promise<FoundRows | NoRows> {
  let head = await readAt(source, 0, headLength, signal);
  let found = survey(head);
  const isPoor = () => !found.candidates().some((candidate) => candidate.path.endsWith('[*]'));
  if (path === undefined && isPoor() && head.length === headLength) {
    head = await readAt(source, 0, longHead, signal);
    found = survey(head);
  }
  const { outline } = found;
  // What is meant is told by the head, and what there is beside it by as much as is read in any case.
  const meant = found.candidates().at(0)?.path;
  let areDocuments = false;
  if (outline.state.open.length > 0) {
    if (path === undefined) areDocuments = await isFollowed(source, outline, head.length, remote, signal);
    else if (!remote) outline.push(await sampleAt(source, head.length, longHead - head.length, signal));
  }
  const candidates = areDocuments
    ? found.candidates().filter((candidate) => candidate.path === '$')
    : withFirst(found.candidates(), meant);
  const { comments, trailingCommas } = outline.state;
  const looked = outline.state.open.length > 0 ? outline.state.length : undefined;
  const wanted = path ?? (areDocuments ? '$' : meant) ?? '$';
  const parsed = parseRowsPath(wanted);
  if (parsed === undefined)
    return { rows: undefined, candidates, reason: said`${wanted} is not a path to rows.` };
  const place =
    parsed.take === 'value'
      ? { start: markLength(head, 0, 0), line: 0 }
      : await locate(source, parsed, signal);
  if (place === undefined) {
    const reason =
      parsed.take === 'elements'
        ? said`There is no list at ${printRowsPath(parsed)}.`
        : said`There is no object at ${printRowsPath(parsed)}.`;
    return { rows: undefined, candidates, reason };
  }
  const layout = parsed.take === 'value' ? 'values' : parsed.take;
  const plain: JsonRows = {
    path: printRowsPath(parsed),
    layout,
    ...place,
    opening: '',
    separator: undefined,
    comments: comments || trailingCommas || nameOfJsonc.test(fileNameAt(source.name)),
  };
  const inHead = place.start + headLength <= longHead;
  const sample =
    source.random || inHead ? await sampleAt(source, place.start, headLength, signal) : new Uint8Array(0);
  const seen = wholeRows(plain, sample);
  return { rows: { ...plain, ...likeness(plain, seen) }, candidates, looked, paths: pathsIn(seen) };
}

/**
 * Whether another document follows a first one that the head does not hold to its end. Of a local file the first
 * megabytes are looked through for that, and the end. A longer document is taken for the only one; what follows it is
 * reported as malformed.
 * @param outline of the first `position` bytes; it is carried on
 */
async function isFollowed(
  source: Source,
  outline: Outline,
  position: number,
  remote: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [{ list, objects, values }] = outline.state.open;
  // Its records are the rows, whatever follows.
  if (list && objects > 0 && objects === values) return false;
  if (!source.random && position >= longHead) return false;
  const more = await readAt(source, position, Math.max(0, longHead - position), signal);
  outline.push(more);
  if (outline.state.open.length === 0 || outline.state.documents > 1) return outline.state.documents > 1;
  const { size } = source;
  // In a comment there may be anything.
  if (!source.random || size === undefined || outline.state.comments || remote) return false;
  const until = Math.min(size, farthest);
  for (let from = position; from < until; from += longHead - longestGap) {
    if (beginsAnother(await readAt(source, from, Math.min(longHead, until - from), signal))) return true;
  }
  return beginsAnother(await readAt(source, Math.max(until, size - longHead), longHead, signal));
}

/** Of a first document that is longer, no more than this is looked through for where the next one begins. */
const farthest = 8 * 1024 * 1024;
/** White space between two documents that is looked at. */
const longestGap = 1024;

/**
 * Whether a document ends there and another begins on a later line. Inside a document there is a comma between two
 * values, and no line break in a text.
 */
function beginsAnother(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return /[}\]][ \t\r]{0,64}\n\s{0,256}[{[]/.test(text);
}

/** Where the list or the object begins that a path leads to. */
async function locate(
  source: Source,
  path: RowsPath,
  signal: AbortSignal | undefined,
): Promise<{ readonly start: number; readonly line: number } | undefined> {
  let place: { start: number; line: number } | undefined;
  const outline = new Outline({
    opened(open) {
      const value = open.at(-1);
      if (value?.list !== (path.take === 'elements') || open.length !== path.steps.length + 1) return false;
      if (path.steps.some((step, i) => open[i + 1].step !== step)) return false;
      place = { start: value.start, line: value.line };
      return true;
    },
  });
  const piece = new Uint8Array(pieceLength);
  for (let position = 0; ;) {
    const length = await source.read(piece, position, signal);
    if (length === 0) return undefined;
    if (outline.push(piece.subarray(0, length))) return place;
    if (outline.state.documents > 0 && outline.state.open.length === 0 && path.steps.length > 0)
      return undefined;
    position += length;
  }
}

interface SampledRows {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The rows of a sample, which begins where they do. */
function wholeRows(rows: JsonRows, sample: Uint8Array): SampledRows {
  const bytes = sample.slice();
  const { count, starts, ends, next } = createElementFinder(rows)(bytes, {
    from: 0,
    until: bytes.length,
    length: bytes.length,
    final: true,
  });
  // Where the sample ends before the rows do, the last one may be cut.
  const whole = next < bytes.length ? count : Math.max(1, count - 1);
  return { bytes: Buffer.from(bytes.buffer), count: Math.min(count, whole), starts, ends };
}

function pathsIn({ bytes, count, starts, ends }: SampledRows): readonly FieldPath[] {
  const fields = new JsonFields();
  for (let row = 0; row < count; row++) {
    const [start, end] = [starts[row], ends[row]];
    if (!isJson(bytes.toString('utf8', start, end))) return [];
    fields.read(bytes, start, end);
  }
  return fields.paths();
}

/** What rows have in common. */
function likeness(
  rows: JsonRows,
  { bytes, count, starts, ends }: SampledRows,
): Pick<JsonRows, 'opening' | 'separator'> {
  const openings = new Map<string, number>();
  const separators = new Set<string>();
  for (let row = 0; row < count; row++) {
    const opening = openingOf(bytes.subarray(starts[row], ends[row]));
    openings.set(opening, (openings.get(opening) ?? 0) + 1);
    if (row > 0) separators.add(bytes.toString('utf8', ends[row - 1], starts[row]));
  }
  const [opening = '', times = 0] = [...openings].sort((a, b) => b[1] - a[1]).at(0) ?? [];
  const [separator] = separators;
  return {
    opening: 10 * times >= 9 * count ? opening : '',
    separator: separators.size === 1 && isTelling(separator, rows) ? separator : undefined,
  };
}

/** Whether what is between two rows is not the same between other values. */
function isTelling(separator: string | undefined, { layout }: JsonRows): boolean {
  return layout === 'elements' || (layout === 'values' && separator?.includes(',') === true);
}

/** What an object begins with, up to its first colon; of other values nothing. */
function openingOf(row: Buffer): string {
  const match = /^\{\s*"(?:[^"\\]|\\.){0,200}"\s*:/.exec(row.toString('utf8', 0, 1024));
  return match?.[0] ?? '';
}

async function readAt(
  source: Source,
  position: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await readSome(source, bytes, position, signal));
}

/** Nothing where the source fails right there: the rows up to there can be shown all the same. */
async function sampleAt(
  source: Source,
  position: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  return readAt(source, position, Math.max(0, length), signal).catch((error: unknown) => {
    if (error instanceof SourceError) return new Uint8Array(0);
    throw error;
  });
}
