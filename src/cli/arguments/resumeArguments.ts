import { parseArgs } from 'node:util';
import { UsageError } from './usageError.ts';

/** What `rowriver resume` asks for. */
export interface ResumeCommand {
  /** Path of the output; undefined: what can be resumed is listed. */
  readonly output: string | undefined;
  /** What is kept of the export is removed. */
  readonly discard: boolean;
  /** Lines of headers for an address. */
  readonly headers: readonly string[];
}

/** @throws UsageError */
export function readResumeArguments(args: readonly string[]): ResumeCommand {
  const { values, positionals } = parsed(args);
  const output = positionals.at(0);
  const { discard = false, header: headers = [] } = values;
  if (positionals.length > 1) throw new UsageError('rowriver resume takes the path of one output.');
  if (output === undefined && (discard || headers.length > 0)) {
    throw new UsageError(
      '--discard and --header need the path of an output, as in rowriver resume OUT --discard.',
    );
  }
  return { output, discard, headers };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { discard: { type: 'boolean' }, header: { type: 'string', multiple: true } },
      allowPositionals: true,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError('rowriver resume takes the path of an output, --header and --discard.');
  }
}
