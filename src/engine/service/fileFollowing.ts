import { dirname } from 'node:path';
import { said, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { growthOf } from '../dataset/follow/growth.ts';
import type { Growth } from '../dataset/knowledge.ts';
import { continues, type FileIdentity } from '../source/file.ts';
import { Changes } from '../source/follow/changes.ts';
import { pollMs } from '../source/follow/follower.ts';
import { Tail } from '../source/follow/tail.ts';
import { SourceError } from '../source/source.ts';

/** What is done about what happens to a file that is followed; nothing once that was given up. */
export interface FollowedFile {
  readonly dataset: Dataset;
  /** Whether somebody scans it, or it is not known to its end yet: then what is appended waits. */
  readonly isBusy: () => boolean;
  /** Takes over what was appended; `now`: as it is now, where the growth itself does not say it. */
  readonly grew: (growth: Growth, now?: FileIdentity) => Promise<void>;
  /** Its name leads to another file, or the file holds other bytes: what happened, where that does not go without saying. */
  readonly replaced: (said?: Said) => void;
  /** Something happened that people should know. */
  readonly told: (said: Said) => void;
  readonly gone: () => void;
}

/** Takes in what is appended to an open file as it comes, until the signal is aborted or it is another file. */
export async function followFile(file: FollowedFile, signal: AbortSignal): Promise<void> {
  const { dataset } = file;
  const { watch } = dataset;
  const [path] = dataset.location.paths;
  if (!watch) return;
  const changes = new Changes();
  let tail: Tail | undefined;
  let isGone = false;
  try {
    changes.watch(dirname(path));
    for (; !signal.aborted; await changes.next(pollMs, signal)) {
      changes.begin();
      const now = await watch.now().catch((error: unknown) => {
        if (error instanceof SourceError) return undefined;
        throw error;
      });
      if (!now) {
        if (!isGone) file.gone();
        isGone = true;
        continue;
      }
      const isSame = !isGone && isSameFile(watch.opened, now);
      // Of a file that was empty, nobody knows yet how it is to be read.
      if (!isSame || dataset.size === 0) {
        if (dataset.size === 0 && now.size === 0) continue;
        file.replaced(isSame ? said`The file is no longer empty.` : undefined);
        return;
      }
      if (!tail) {
        tail = await Tail.open(path);
        await tail.seek(dataset.size ?? 0);
      }
      if (file.isBusy()) continue;
      const grown = await tail.read(new Uint8Array(look));
      if (grown && grown.kind !== 'bytes') {
        file.replaced();
        return;
      }
      const growth = grown && (await growthOf(dataset, tail, signal));
      // Who has begun to scan meanwhile does so by the file as it was.
      if (growth && !file.isBusy()) await file.grew(growth, now);
      await tail.seek(dataset.size ?? 0);
    }
  } finally {
    changes.close();
    await tail?.close();
  }
}

/** More than what is compared before the end. */
const look = 4096;

function isSameFile(before: FileIdentity, now: FileIdentity): boolean {
  return continues({ ...before, mtimeMs: now.mtimeMs }, now);
}
