import { createHash } from 'node:crypto';
import { identifyFile, standingOf } from '../file.ts';
import { SourceError, type Standing } from '../source.ts';
import { eachFile } from './eachFile.ts';
import type { FilePart } from './part.ts';

/**
 * What has become of some of several files, which are looked for by their paths: few of them are open. One that is gone,
 * or in whose place another one stands, is found so when it is opened again.
 */
export async function standingOfParts(parts: readonly FilePart[]): Promise<Standing> {
  const standings = await eachFile(parts, async ({ path, identity, text }, blocking) => {
    const now = text === undefined ? await identityOf(path, blocking) : undefined;
    return now?.dev === identity.dev && now.ino === identity.ino
      ? standingOf(path, identity, now)
      : undefined;
  });
  const changes = standings.flatMap((standing, i) =>
    standing && standing.state !== '' ? [{ ...standing, path: parts[i].path }] : [],
  );
  if (changes.length === 0) return { state: '', changed: undefined };
  const hash = createHash('sha256');
  for (const { path, state } of changes) hash.update(`${path} ${state}\n`);
  return {
    state: hash.digest('hex'),
    changed: changes.find(({ changed }) => changed !== undefined)?.changed,
  };
}

async function identityOf(path: string, blocking: boolean) {
  try {
    return await identifyFile(path, blocking);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
