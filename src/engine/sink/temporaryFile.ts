import { randomBytes } from 'node:crypto';
import { access, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Said, said } from '../../said/said.ts';
import { builtins } from '../builtins.ts';
import { isOlder, keptDays, nobodysTag, ownerPattern, ownerTag } from '../leftovers.ts';
import type { SinkState } from './byteSink.ts';
import { SinkError } from './sinkError.ts';

/*
 * The names of the files that stand beside a target while it is written: the temporary file, which takes its place in
 * the end, and, where another process can go on with that, a journal, and the one that takes the journal's place. All have
 * the same id; the temporary file's name says besides whose it is.
 */

/** Groups: the owner's name space and process, and the id. */
export const temporaryName = new RegExp(`^\\..*\\.rowriver-${ownerPattern}-([0-9a-f]{12})\\.tmp$`, 's');
/** Groups: the hint, and the id. */
const journalName = /^\.(.*)\.rowriver-([0-9a-f]{12})\.resume$/s;
/** Group: the id. Of a journal, or of the one that is to take its place. */
const anyJournalName = /^\..*\.rowriver-([0-9a-f]{12})\.resume(?:\.next)?$/s;

/** @param id of the temporary file of another process that this one goes on with */
export function temporaryBeside(target: string, id = randomBytes(6).toString('hex')): string {
  return join(dirname(target), `.${hintOf(target)}.rowriver-${ownerTag}-${id}.tmp`);
}

/** The name of a temporary file once its process has given it up, so that another one can go on with it. */
export function givenUp(temporary: string): string {
  return join(
    dirname(temporary),
    basename(temporary).replace(`.rowriver-${ownerTag}-`, `.rowriver-${nobodysTag}-`),
  );
}

/** Where the journal of a temporary file stands, whoever owns that. */
export function journalOf(temporary: string): string {
  const hint = /^\.(.*)\.rowriver-[^.]*\.tmp$/s.exec(basename(temporary))?.[1] ?? '';
  return join(dirname(temporary), `.${hint}.rowriver-${idOf(temporary) ?? ''}.resume`);
}

export function idOf(temporary: string): string | undefined {
  return temporaryName.exec(basename(temporary))?.[3];
}

/** The id of a journal, if a file of that name is one of a target. */
export function idOfJournal(name: string, target: string): string | undefined {
  const [, hint, id] = journalName.exec(name) ?? [];
  return hint === hintOf(target) ? id : undefined;
}

/** Puts a text in the place of a journal in one step, and on the disk. */
export async function replaceJournal(journal: string, bytes: Uint8Array): Promise<void> {
  // Who was killed while it wrote a journal has left that, and may have been a thread of this process.
  const next = nextOf(journal);
  await rm(next, { force: true });
  try {
    const file = await open(next, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(next, journal);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

/** Removes a journal, whatever became of those who wrote it. */
export async function removeJournal(journal: string): Promise<void> {
  await rm(nextOf(journal), { force: true });
  await rm(journal, { force: true });
}

function nextOf(journal: string): string {
  return `${journal}.next`;
}

/** Beside the temporary file of another output than the first one stands only where the journal is. */
export function markerOf(journal: string): string {
  return `${markerHead}${journal}\n`;
}

const markerHead = 'rowriver export, see ';

function hintOf(target: string): string {
  // File systems allow 255 bytes for a name; a character of it may be four.
  return basename(target).slice(0, 40);
}

const keptMs = keptDays * 24 * 60 * 60_000;

/** Whether a temporary file has a journal, and is not too old to be resumed; else the journal goes as well. */
export async function isToBeResumed(temporary: string): Promise<boolean> {
  const journal = journalOf(temporary);
  if ((await isJournal(journal)) && !(await isOlder(temporary, keptMs))) return true;
  await removeJournal(journal).catch(() => undefined);
  return false;
}

/** Removes the journals of a folder whose temporary files have been gone for long. */
export async function removeOrphans(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const ids = new Set(names.map(idOf));
  for (const name of names) {
    const id = anyJournalName.exec(name)?.[1];
    const path = join(folder, name);
    if (id === undefined || ids.has(id) || !(await isOlder(path, keptMs))) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function isJournal(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '');
  if (!text.startsWith(markerHead)) return text !== '';
  const journal = Buffer.from(text.slice(markerHead.length, -1), 'latin1').toString();
  return access(journal).then(
    () => true,
    () => false,
  );
}

const pieceLength = 1024 * 1024;

/** Whether a file begins with the bytes that were written to a sink. */
export async function beginsWith(file: FileHandle, { written, checksum }: SinkState): Promise<boolean> {
  const piece = new Uint8Array(Math.min(written, pieceLength));
  let sum = 0;
  for (let at = 0; at < written;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, written - at), at);
    if (bytesRead === 0) return false;
    sum = builtins.zlib.crc32(piece.subarray(0, bytesRead), sum);
    at += bytesRead;
  }
  return sum === checksum;
}

export function cannotResume(name: string, why: Said): SinkError {
  return new SinkError(
    'nothing-to-resume',
    said`The export to ${name} cannot be resumed: ${why}. Run it again from the start.`,
  );
}
