import { parseSparkAddress, type SparkAddress } from '../../engine/remote/address.ts';
import { RemoteError } from '../../engine/remote/remoteError.ts';
import { clusterFormats, type WrittenThere } from '../../protocol/remote.ts';
import { listed, quoted } from './readOptions.ts';
import { UsageError } from './usageError.ts';

export const onOptions = {
  on: { type: 'string' },
  'on-path': { type: 'string' },
  'on-output': { type: 'string' },
  'on-infer': { type: 'boolean' },
} as const;

/** The cluster that runs the query. */
export interface OnOptions {
  readonly address: SparkAddress;
  /** Where the cluster sees the file; undefined: at the same path as here. */
  readonly path: string | undefined;
  /** Whether the cluster finds the columns and their types itself. */
  readonly infers: boolean;
  /** Undefined: the rows come here. */
  readonly output: WrittenThere | undefined;
}

interface Values {
  readonly on?: string | undefined;
  readonly 'on-path'?: string | undefined;
  readonly 'on-output'?: string | undefined;
  readonly 'on-infer'?: boolean | undefined;
  readonly to?: string | undefined;
}

/** Options of a run that is done here, and has an end. */
export const ofRunHere = [
  'profile',
  'infer-schema',
  'reading',
  'stages',
  'stats',
  'metrics',
  'merge-by',
] as const;

/** Options that do not go with it: they ask for what only a run here knows. */
export const notOn = ['also', 'rejects', 'schema', 'to-url', 'follow', ...ofRunHere] as const;

/** Options that say what is written here. */
export const notOnOutput = ['output', 'count', 'split-records', 'split-bytes', 'overwrite'] as const;

/**
 * @param others the names of options that do not go with it, where they are given
 * @param writtenHere the names of those that say what is written here
 * @throws UsageError
 */
export function readOnOptions(
  values: Values,
  others: readonly string[],
  writtenHere: readonly string[],
  environment: NodeJS.ProcessEnv,
): OnOptions | undefined {
  const { on, 'on-path': path, 'on-output': output, 'on-infer': infers = false } = values;
  if (on === undefined) {
    if (path !== undefined) throw new UsageError('--on-path is only for --on.');
    if (output !== undefined) throw new UsageError('--on-output is only for --on.');
    if (infers) throw new UsageError('--on-infer is only for --on.');
    return undefined;
  }
  if (path === '') throw new UsageError('--on-path needs a path that the cluster sees.');
  refuseBeside('--on', others);
  if (output !== undefined) refuseBeside('--on-output', writtenHere);
  try {
    const address = parseSparkAddress(on, environment);
    return { address, path, infers, output: readOutput(output, values.to) };
  } catch (error) {
    throw error instanceof RemoteError ? new UsageError(`--on: ${error.message}`) : error;
  }
}

function refuseBeside(option: string, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new UsageError(`${option} cannot be combined with ${names.map((name) => `--${name}`).join(' or ')}.`);
}

function readOutput(path: string | undefined, to = 'parquet'): WrittenThere | undefined {
  if (path === undefined) return undefined;
  if (path === '') throw new UsageError('--on-output needs a path that the cluster sees.');
  const format = clusterFormats.find((known) => known === to.toLowerCase());
  if (format === undefined)
    throw new UsageError(`--to takes ${listed(clusterFormats)} with --on-output, not ${quoted(to)}.`);
  return { path, format };
}
