import { endingOf, endings, isWritable } from '../../engine/sink/targetName.ts';
import { UsageError } from './usageError.ts';

export const alsoOptions = {
  also: { type: 'string', multiple: true },
} as const;

/** Another output of the same pass. */
export interface AlsoOption {
  readonly output: string;
  readonly query: string;
}

/**
 * `errors.csv: level = 'error'`: where to, and what.
 * @param source the name of the file, whose ending says what can be written under it
 * @throws UsageError
 */
export function readAlsoOptions(given: readonly string[] | undefined, source: string): AlsoOption[] {
  return (given ?? []).map((text) => {
    const { output, query } = dividedAlso(text);
    if (output === '-') throw new UsageError('--also needs the path of a file.');
    if (!isWritable(source, output)) {
      throw new UsageError(
        `--also: '${endingOf(output)}' is not a format that can be written. Use one of ${endings.join(' ')}, optionally with .gz or .zst.`,
      );
    }
    return { output, query };
  });
}

/** A colon of which a blank or nothing stands behind, or a name with an ending that says what it is stands before. */
function dividedAlso(text: string): AlsoOption {
  const spaced = /^(.+?):(?:\s+(.*))?$/s.exec(text);
  const close = closeColon(text);
  // `C:\out.csv:id < 3` has a colon that divides nothing.
  const divided: AlsoOption | undefined =
    spaced && (close === undefined || endings.includes(endingOf(spaced[1])))
      ? { output: spaced[1], query: spaced.at(2) ?? '' }
      : close;
  if (divided !== undefined) return divided;
  const example = `as in --also "errors.csv: level = 'error'".`;
  if (!text.includes(':'))
    throw new UsageError(`--also takes a file and a query: a colon behind the file is missing, ${example}`);
  throw new UsageError(`--also takes a file and a query: a blank behind the colon is missing, ${example}`);
}

function closeColon(text: string): AlsoOption | undefined {
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const output = text.slice(0, at);
    if (endings.includes(endingOf(output))) return { output, query: text.slice(at + 1) };
  }
  return undefined;
}
