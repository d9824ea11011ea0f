import type { Plan } from '../query/index.ts';
import { FileParts, headPart, writeParts } from '../source/files/part.ts';
import type { SourceSpec } from '../source/source.ts';

/**
 * How those of several files are opened that may hold a record that a query takes, by what is known of each before it is
 * read. Undefined where that is all of them, or the numbers of records in all files are asked for.
 * @param dataStart where the records of the first file begin
 */
export function filesFor(
  opening: SourceSpec,
  { files: mayHold, needsPosition, needsOffsets, steps }: Plan,
  dataStart: number,
): SourceSpec | undefined {
  if (opening.kind !== 'files' || !mayHold || needsPosition || needsOffsets) return undefined;
  // Where they do not stand one behind the other, none can be left out.
  if (opening.grown !== undefined || opening.turns !== undefined) return undefined;
  // Of a row that a program fails for it is said which record it is.
  if (steps.some(({ kind }) => kind === 'call')) return undefined;
  const parts = [...new FileParts(opening.parts)];
  const first = headPart(parts);
  const kept = parts.flatMap((part, i) => {
    const { path, name = path, partitions = [] } = part;
    if (mayHold({ path: name, partitions })) return [part];
    // What stands above the records of all files is that of the first one.
    return i === first ? [{ ...part, length: dataStart - part.from, ended: true }] : [];
  });
  if (kept.length === parts.length && kept.every((part, i) => part === parts[i])) return undefined;
  return { ...opening, parts: writeParts(kept), search: undefined, unread: undefined };
}
