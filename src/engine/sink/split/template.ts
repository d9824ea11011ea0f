import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { said } from '../../../said/said.ts';
import { SinkError } from '../sinkError.ts';
import { safeSegment, safeValue, type SafeValue } from './safeName.ts';

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

/** Ways to write a value that are tried where others have its name. */
const mostSpellings = 1024;

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

  /**
   * The path of a file.
   * @param values of the columns, in their order; undefined: NULL, or not there
   * @throws SinkError where the name of a folder `key=value` could not be read as the value again
   */
  of(values: readonly (string | undefined)[], part: number): string {
    const { folder, segments } = this.#template;
    let path = folder === '/' ? '' : folder;
    let meaning = ' ';
    for (const [at, pieces] of segments.entries()) {
      const isKey = at < segments.length - 1 && isKeyed(pieces);
      meaning += JSON.stringify(this.#standsFor(pieces, values, part));
      path = this.#free(path, meaning, isKey, (spelling) => this.#segment(pieces, values, part, spelling));
    }
    return path.startsWith('./') && folder === '.' ? path.slice(2) : path;
  }

  /**
   * The path of a name in a folder that nothing else has. Where case or the way in which accents are written is the difference to
   * another one, characters of the value are written as %XX: what is read from the name is the value all the same.
   */
  #free(parent: string, meaning: string, isKey: boolean, write: (spelling: number) => Spelled): string {
    let plain: string | undefined;
    for (let spelling = 0; spelling < mostSpellings; spelling++) {
      const { name, isCut, isSpelled } = write(spelling);
      if (isCut && isKey) {
        throw new SinkError(
          'unsupported',
          said`${this.#template.text} cannot be written: a value is too long for the name of a folder, from which it could not be read again. Use a part of it, such as left(x, 50).`,
        );
      }
      // The value has no more characters that could be written in another way.
      if (!isSpelled) break;
      plain ??= name;
      const path = `${parent}/${name}`;
      if (this.#take(path, meaning)) return path;
    }
    if (plain === undefined || isKey) {
      throw new SinkError(
        'unsupported',
        said`${this.#template.text} cannot be written: two values would have folders of one name, from which they could not be told apart.`,
      );
    }
    for (let number = 2; ; number++) {
      const path = `${parent}/${toldApart(plain, number)}`;
      if (this.#take(path, meaning)) return path;
    }
  }

  #take(path: string, meaning: string): boolean {
    const key = folded(path);
    if ((this.#taken.get(key) ?? meaning) !== meaning) return false;
    this.#taken.set(key, meaning);
    return true;
  }

  #standsFor(
    pieces: readonly Piece[],
    values: readonly (string | undefined)[],
    part: number,
  ): (string | number | null)[] {
    return pieces.flatMap((piece) => {
      if (piece.kind === 'text') return [];
      return [piece.kind === 'part' ? part : (values[this.#template.columns.indexOf(piece.name)] ?? null)];
    });
  }

  /** A segment of the path. @param spelling the characters of its values that are written as %XX, as bits */
  #segment(
    pieces: readonly Piece[],
    values: readonly (string | undefined)[],
    part: number,
    spelling: number,
  ): Spelled {
    const used = pieces.filter(({ kind }) => kind === 'column').length;
    const fixed = pieces.reduce((sum, piece) => sum + fixedLength(piece), 0);
    // Some for what makes it differ from others.
    const each = Math.floor((longestName - fixed - (spelling === 0 ? 12 : 0)) / Math.max(1, used));
    let left = spelling;
    const isSpelled = (): boolean => {
      const isSet = left % 2 === 1;
      left >>= 1;
      return isSet;
    };
    let isCut = false;
    const text = pieces.map((piece) => {
      if (piece.kind === 'text') return piece.text;
      if (piece.kind === 'part') return String(part).padStart(partDigits, '0');
      const value = safeValue(values[this.#template.columns.indexOf(piece.name)], each, isSpelled);
      isCut ||= value.isCut;
      return value.name;
    });
    const name = text.join('');
    return { name: used > 0 ? safeSegment(name) : name, isCut, isSpelled: left === 0 };
  }
}

interface Spelled extends SafeValue {
  /** Whether all characters that were to be written as %XX are there. */
  readonly isSpelled: boolean;
}

/** Whether the name of a folder is read as a key and its value. */
function isKeyed(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => piece.kind === 'text' && piece.text.includes('='));
}

/** Matches the names that a segment of a template may stand for. */
export function segmentPattern(pieces: readonly Piece[]): RegExp {
  const text = pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    return piece.kind === 'part' ? String.raw`\d{4,}` : '.+';
  });
  return new RegExp(`^${text.join('')}$`, 'isu');
}

function fixedLength(piece: Piece): number {
  if (piece.kind === 'text') return Buffer.byteLength(piece.text);
  return piece.kind === 'part' ? 10 : 0;
}

/** A path, so that two are the same where case or the way in which accents are written is no difference. */
export function folded(path: string): string {
  return resolve(path).normalize('NFC').toLowerCase();
}

function toldApart(name: string, number: number): string {
  const dot = name.indexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}~${number}${name.slice(dot)}` : `${name}~${number}`;
}
