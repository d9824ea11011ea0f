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
    const found = /^(.+?):(?:\s+(.*))?$/s.exec(text);
    if (found === null || found[1] === '-') {
      throw new UsageError(`--also takes a file and a query, as in --also "errors.csv: level = 'error'".`);
    }
    const output = found[1];
    if (!isWritable(source, output)) {
      throw new UsageError(
        `--also: '${endingOf(output)}' is not a format that can be written. Use one of ${endings.join(' ')}, optionally with .gz or .zst.`,
      );
    }
    return { output, query: found.at(2) ?? '' };
  });
}
