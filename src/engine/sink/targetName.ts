import { extname } from 'node:path';
import { splitCompression } from './compressor.ts';
import { exportFormats } from '../../protocol/engine.ts';
import type { FormatKind } from '../../protocol/formatOptions.ts';
import type { Target } from './exportFormat.ts';
import { rowsAreObjects, tableStyle, targetFormats } from './targets.ts';

interface NamedFormat {
  readonly target: Target;
  readonly of: FormatKind | undefined;
}

const namedFormats = new Map<string, NamedFormat>(
  exportFormats.flatMap((target) => {
    if (target === 'same') return [];
    const { endings, of } = targetFormats[target];
    return endings.map((ending): [string, NamedFormat] => [ending, { target, of }]);
  }),
);

/** The endings that name a format, for people. `.txt` names none: what is written there is in the source's own. */
export const endings: readonly string[] = [...namedFormats.keys(), '.txt'];

/** The ending of a name without that of its compression, in small letters; '' where it has none. */
export function endingOf(name: string): string {
  return extname(splitCompression(name).plain).toLowerCase();
}

/**
 * Whether a target's name tells in which format it is to be written: not `.xls`, unless the source is called so as
 * well. A name without an ending says that nothing is to change.
 */
export function isWritable(source: string, target: string): boolean {
  const ending = endingOf(target);
  const named = namedFormats.get(ending)?.target;
  // Such a format is compressed inside.
  if (named !== undefined && rowsAreObjects(named) && splitCompression(target).compression !== undefined)
    return false;
  return ending === '' || endings.includes(ending) || ending === endingOf(source);
}

/** What is known of the file that is exported. */
export interface NamedSource {
  readonly name: string;
  readonly kind: FormatKind;
  /** Of a delimited text. */
  readonly delimiter?: string | undefined;
}

/**
 * The format that a target's name asks for. `same` keeps the source's bytes: where the ending is the source's own or
 * another name of its format, and where it names no format.
 */
export function namedTarget({ name, kind, delimiter }: NamedSource, target: string): Target {
  const ending = endingOf(target);
  const named = namedFormats.get(ending);
  // A document in a file of lines is written as lines: its name says so of what reads it next. What was read from a file
  // that is no text has to be made such a file again.
  const isOwn =
    ending === endingOf(name) &&
    !(kind === 'json' && named?.target === 'jsonl') &&
    !(named !== undefined && rowsAreObjects(named.target));
  if (named === undefined || isOwn) return 'same';
  // Comma and tab are two dialects of one format, so among these the name decides.
  const isTable = kind === 'csv' && delimiter === tableStyle(named.target)?.delimiter;
  return named.of === kind && (kind === 'jsonl' || isTable) ? 'same' : named.target;
}
