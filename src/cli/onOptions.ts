import { parseSparkAddress, type SparkAddress } from '../engine/remote/address.ts';
import { RemoteError } from '../engine/remote/remoteError.ts';
import { UsageError } from './usageError.ts';

export const onOptions = {
  on: { type: 'string' },
  'on-path': { type: 'string' },
} as const;

/** The cluster that runs the query. */
export interface OnOptions {
  readonly address: SparkAddress;
  /** Where the cluster sees the file; undefined: at the same path as here. */
  readonly path: string | undefined;
}

interface Values {
  readonly on?: string | undefined;
  readonly 'on-path'?: string | undefined;
}

/** Options that do not go with it: they ask for what only a run here knows. */
export const notOn = [
  'also',
  'rejects',
  'schema',
  'to-url',
  'follow',
  'profile',
  'infer-schema',
  'reading',
  'stages',
  'stats',
  'metrics',
  'merge-by',
] as const;

/** @param others the names of options that do not go with it, where they are given @throws UsageError */
export function readOnOptions(
  values: Values,
  others: readonly string[],
  environment: NodeJS.ProcessEnv,
): OnOptions | undefined {
  const { on, 'on-path': path } = values;
  if (on === undefined) {
    if (path !== undefined) throw new UsageError('--on-path is only for --on.');
    return undefined;
  }
  if (path === '') throw new UsageError('--on-path needs a path that the cluster sees.');
  if (others.length > 0) {
    throw new UsageError(`--on cannot be combined with ${others.map((name) => `--${name}`).join(' or ')}.`);
  }
  try {
    return { address: parseSparkAddress(on, environment), path };
  } catch (error) {
    throw error instanceof RemoteError ? new UsageError(`--on: ${error.message}`) : error;
  }
}
