import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { safeSegment, safeValue } from './safeName.ts';

/** A piece of a name: text as it stands, the value of a column, or the number of the part. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'part' };

/** A path in which `{column}` and `{part}` stand for something: the name of many files. */
export interface PathTemplate {
  readonly text: string;
  /** Nothing is written outside of it. */
  readonly folder: string;
  /** Path segments below the folder. */
  readonly segments: readonly (readonly Piece[])[];
  /** In order of appearance, each once. */
  readonly columns: readonly string[];
  readonly hasPart: boolean;
}

/** Bytes that file systems allow for one name. */
const longestName = 255;
/** Room that is left for a value, at least. */
const shortestValue = 40;
/** Digits of a part's number, at least: so that names are in the order of the parts. */
const partDigits = 4;

/** Whether a path names many files. */
export function isTemplate(path: string): boolean {
  return /\{[^{}]+\}/.test(path);
}

/** @throws RangeError with what is wrong with it, in words for people */
export function parseTemplate(path: string): PathTemplate {
  const all = path.split(process.platform === 'win32' ? /[\\/]/ : '/');
  const first = all.findIndex(isTemplate);
  if (first === -1) throw new RangeError('it has no {column} and no {part}');
  const segments = all.slice(first).map(piecesOf);
  if (all.slice(first).some((segment) => segment === '..' || segment === '.' || segment === ''))
    throw new RangeError('after the first {column} or {part}, it cannot have empty names, . or ..');
  for (const pieces of segments) {
    const used = pieces.filter(({ kind }) => kind === 'column').length;
    const fixed = pieces.reduce((sum, piece) => sum + fixedLength(piece), 0);
    if (fixed + used * shortestValue > longestName) throw new RangeError('it has a name that is too long');
  }
  const pieces = segments.flat();
  const names = pieces.flatMap((piece) => (piece.kind === 'column' ? [piece.name] : []));
  const fixed = all.slice(0, first).join('/');
  return {
    text: path,
    folder: first === 0 ? '.' : fixed === '' ? '/' : fixed,
    segments,
    columns: [...new Set(names)],
    hasPart: pieces.some(({ kind }) => kind === 'part'),
  };
}

function piecesOf(segment: string): Piece[] {
  const pieces = segment.split(/(\{[^{}]+\})/).filter((text) => text !== '');
  return pieces.map((text) => {
    const name = /^\{([^{}]+)\}$/.exec(text)?.[1];
    if (name === undefined) return { kind: 'text', text };
    return name === 'part' ? { kind: 'part' } : { kind: 'column', name };
  });
}

/** The names of the files of a run: no two are one where case makes no difference, or the way in which accents are written. */
export class FileNames {
  readonly #template: PathTemplate;
  /** Of each path that is used, folded: what it stands for. */
  readonly #taken = new Map<string, string>();

  /** @param taken paths of other files */
  constructor(template: PathTemplate, taken: readonly string[]) {
    this.#template = template;
    for (const path of taken) this.#taken.set(folded(path), '');
  }

  /** The path of a file. @param values of the columns, in their order; undefined: NULL, or not there */
  of(values: readonly (string | undefined)[], part: number): string {
    const { folder, segments } = this.#template;
    let path = folder === '/' ? '' : folder;
    let meaning = ' ';
    for (const pieces of segments) {
      const [name, stands] = this.#segment(pieces, values, part);
      meaning += stands;
      let found = `${path}/${name}`;
      for (let number = 2; (this.#taken.get(folded(found)) ?? meaning) !== meaning; number++)
        found = `${path}/${toldApart(name, number)}`;
      this.#taken.set(folded(found), meaning);
      path = found;
    }
    return path.startsWith('./') && folder === '.' ? path.slice(2) : path;
  }

  /** A segment of the path, and what it stands for. */
  #segment(
    pieces: readonly Piece[],
    values: readonly (string | undefined)[],
    part: number,
  ): [name: string, stands: string] {
    const used = pieces.filter(({ kind }) => kind === 'column').length;
    const fixed = pieces.reduce((sum, piece) => sum + fixedLength(piece), 0);
    // Some for what makes it differ from others.
    const each = Math.floor((longestName - fixed - 12) / Math.max(1, used));
    const stands: (string | number | null)[] = [];
    const text = pieces.map((piece) => {
      if (piece.kind === 'text') return piece.text;
      if (piece.kind === 'part') {
        stands.push(part);
        return String(part).padStart(partDigits, '0');
      }
      const value = values[this.#template.columns.indexOf(piece.name)];
      stands.push(value ?? null);
      return safeValue(value, each);
    });
    const name = text.join('');
    return [used > 0 ? safeSegment(name) : name, JSON.stringify(stands)];
  }
}

function fixedLength(piece: Piece): number {
  if (piece.kind === 'text') return Buffer.byteLength(piece.text);
  return piece.kind === 'part' ? 10 : 0;
}

function folded(path: string): string {
  return resolve(path).normalize('NFC').toLowerCase();
}

function toldApart(name: string, number: number): string {
  const dot = name.indexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}~${number}${name.slice(dot)}` : `${name}~${number}`;
}
