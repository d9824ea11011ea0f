import { MergeBy } from '../../engine/dataset/merge/mergeBy.ts';
import { quoted } from './readOptions.ts';
import { UsageError } from './usageError.ts';

export const mergeOptions = { 'merge-by': { type: 'string' } } as const;

/** @param isPath whether FILE is one @throws UsageError */
export function readMergeOptions(
  { 'merge-by': text }: { readonly 'merge-by'?: string | undefined },
  isPath: boolean,
): MergeBy | undefined {
  if (text === undefined) return undefined;
  if (!isPath) throw new UsageError('--merge-by is for files, not for standard input or an address.');
  const merge = MergeBy.of(text);
  if (merge) return merge;
  throw new UsageError(
    `--merge-by takes a column, such as time, or another expression of one record, not ${quoted(text)}.`,
  );
}
