import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ExportFormat } from '../../../protocol/engine.ts';
import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { type Said, said } from '../../../said/said.ts';
import { isAbandoned, keptDays, removeOld } from '../../leftovers.ts';
import { followLinks } from '../../sink/atomicFile.ts';
import type { SinkState } from '../../sink/byteSink.ts';
import {
  cannotResume,
  idOfJournal,
  journalOf,
  removeJournal,
  temporaryBeside,
  temporaryName,
} from '../../sink/temporaryFile.ts';
import { SinkError } from '../../sink/sinkError.ts';
import type { FieldPath } from '../../format/json/fields.ts';
import type { CheckState } from '../checkLog.ts';
import type { MeterState } from '../meter.ts';

/** Everything that an export was asked for. Plain data, without secrets. */
export interface ExportRecipe {
  /** An absolute path, or an address. */
  readonly location: string;
  readonly reading: FormatOptions;
  /** Path of a JSON Schema. */
  readonly schema?: string | undefined;
  readonly failOnInvalid?: boolean | undefined;
  readonly to: ExportFormat;
}

export const outputNames = ['output', 'rejects', 'report', 'invalid'] as const;
export type OutputName = (typeof outputNames)[number];

export interface KeptOutput {
  readonly name: OutputName;
  /** As the user has written it, made absolute. */
  readonly target: string;
  /** Of the temporary file, in its target's folder. */
  readonly id: string;
  /** Undefined where the export starts again. */
  readonly state: SinkState | undefined;
}

/** How far an export is: all records before the block are done. Plain data. */
export interface Reached {
  readonly block: number;
  /** The columns of the index, up to there. */
  readonly index: readonly Float64Array[];
  /** Records that the query has selected, with those that OFFSET skips. */
  readonly selected: number;
  readonly meter: MeterState;
  readonly checks: CheckState;
  /** The columns of a table, where they were looked for in the records. */
  readonly paths: readonly FieldPath[] | undefined;
}

/** What a journal says. */
export interface JournalEntry {
  readonly recipe: ExportRecipe;
  /** With the time in place of `now()`. */
  readonly query: string;
  /** Of the file, the schema and how they are read. */
  readonly identity: string;
  readonly outputs: readonly KeptOutput[];
  /** Undefined where the export starts again, and why it does. */
  readonly reached: Reached | undefined;
  readonly restart: Said | undefined;
}

/** An export that has not come to its end, and whose process has. */
export interface KeptExport {
  readonly journal: string;
  readonly entry: JournalEntry;
  /** When the entry was written, in ms since 1970. */
  readonly at: number;
  /** Temporary files, where they are still there. */
  readonly temporaries: ReadonlyMap<OutputName, string>;
}

/** Goes up when the journals of another version cannot be read. */
const format = 3;

function headOf(version: string): string {
  return `rowriver export ${format} ${version}\n`;
}

export function encodeJournal(entry: JournalEntry, version: string): Buffer {
  const body = serialize(entry);
  const digest = createHash('sha256').update(body).digest();
  return Buffer.concat([Buffer.from(headOf(version)), digest, body]);
}

const digestLength = 32;

/** @throws SinkError where it is damaged, or of another version */
function decodeJournal(bytes: Buffer, version: string, name: string): JournalEntry {
  const end = bytes.indexOf('\n') + 1;
  const head = bytes.toString('latin1', 0, end);
  const found = /^rowriver export (\d+) (.*)\n$/.exec(head);
  if (!found) throw cannotResume(name, said`its journal is damaged`);
  if (head !== headOf(version))
    throw cannotResume(name, said`its journal is of Rowriver ${found[2]}, and this is Rowriver ${version}`);
  const body = bytes.subarray(end + digestLength);
  const digest = createHash('sha256').update(body).digest();
  if (!digest.equals(bytes.subarray(end, end + digestLength)))
    throw cannotResume(name, said`its journal is damaged`);
  // The digest says that these are the bytes that `encodeJournal` made.
  return deserialize(body) as JournalEntry;
}

/**
 * The export to a target that can be resumed, the latest one where there are several.
 * @param target as the user writes it
 * @throws SinkError where there is none, its process is still there, or its journal cannot be read
 */
export async function findKept(target: string, version: string): Promise<KeptExport> {
  const path = await followLinks(target).catch(() => undefined);
  const found = path === undefined ? [] : await journalsIn(dirname(path), basename(path));
  let failure: Error | undefined;
  for (const { journal, at } of found) {
    try {
      const kept = await readKept(journal, at, version, target);
      if (kept && (await followLinks(kept.entry.outputs[0].target)) === path) return kept;
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }
  if (failure !== undefined) throw failure;
  throw new SinkError(
    'nothing-to-resume',
    said`There is nothing to resume for ${target}: no export to it has ended early in the last ${keptDays} days, or it had hardly begun.`,
  );
}

/** The latest first. Those of other users are none of ours: they may say anything of where to write. */
async function journalsIn(folder: string, target: string): Promise<{ journal: string; at: number }[]> {
  const found: { journal: string; at: number }[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (idOfJournal(name, target) === undefined) continue;
    const journal = join(folder, name);
    const { mtimeMs, uid } = (await stat(journal).catch(() => undefined)) ?? {};
    if (mtimeMs !== undefined && uid === process.getuid?.()) found.push({ journal, at: mtimeMs });
  }
  return found.sort((a, b) => b.at - a.at);
}

async function readKept(
  journal: string,
  at: number,
  version: string,
  name: string,
): Promise<KeptExport | undefined> {
  const entry = decodeJournal(await readFile(journal), version, name);
  const temporaries = new Map<OutputName, string>();
  for (const { name: output, target, id } of entry.outputs) {
    const temporary = await temporaryOf(target, id, name);
    if (temporary !== undefined) temporaries.set(output, temporary);
  }
  const kept = { journal, entry, at, temporaries };
  if (temporaries.has('output') || entry.restart !== undefined) return kept;
  // It has come to its end.
  await removeKept(kept);
  return undefined;
}

/** @throws SinkError where its process is still there */
async function temporaryOf(target: string, id: string, name: string): Promise<string | undefined> {
  const folder = dirname(await followLinks(target));
  for (const found of await readdir(folder)) {
    const [, space, pid, own] = temporaryName.exec(found) ?? [];
    if (own !== id) continue;
    const path = join(folder, found);
    if (await isAbandoned(path, space, Number(pid))) return path;
    throw new SinkError('nothing-to-resume', said`${name} is still being written, by process ${pid}.`);
  }
  return undefined;
}

/** The exports that can be resumed, the latest first: those that are noted in a folder. */
export async function listKept(folder: string, version: string): Promise<KeptExport[]> {
  const all: KeptExport[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(ending)) continue;
    const journal = await readFile(join(folder, name), 'utf8').catch(() => '');
    const at = (await stat(journal).catch(() => undefined))?.mtimeMs;
    if (at === undefined) {
      await rm(join(folder, name), { force: true });
      continue;
    }
    // One that is under way, damaged, or of another version cannot be resumed from here.
    const kept = await readKept(journal, at, version, journal).catch(() => undefined);
    if (kept) all.push(kept);
  }
  return all.sort((a, b) => b.at - a.at);
}

/** Removes what was written of an export that starts again, and not what says how: that is there until it has come to its end. */
export async function removeWritten({ temporaries }: KeptExport): Promise<void> {
  for (const temporary of temporaries.values()) await rm(temporary, { force: true });
}

/** Removes what is kept of an export. */
export async function removeKept(kept: KeptExport): Promise<void> {
  const { journal, entry } = kept;
  await removeWritten(kept);
  for (const marker of await markersOf(entry)) await removeJournal(marker);
  await removeJournal(journal);
}

/**
 * Removes what older exports have left for a target: once another one has begun, nobody is to go on with them, whatever becomes
 * of it. What says of the same query how it starts again stays, and so does what is under way.
 */
export async function removeOlder(
  target: string,
  query: string,
  { folder, version }: Registry,
): Promise<void> {
  const path = await followLinks(target).catch(() => undefined);
  const found = path === undefined ? [] : await journalsIn(dirname(path), basename(path));
  for (const { journal, at } of found) {
    const kept = await readKept(journal, at, version, target).catch(() => undefined);
    if (kept === undefined) continue;
    const { outputs, restart, query: its } = kept.entry;
    const [{ target: first, id }] = outputs;
    if ((restart !== undefined && its === query) || (await followLinks(first)) !== path) continue;
    await removeKept(kept);
    await unregister(folder, id).catch(() => undefined);
  }
}

/** Where exports are noted, and by which Rowriver. */
interface Registry {
  readonly folder: string;
  readonly version: string;
}

async function markersOf({ outputs }: JournalEntry): Promise<string[]> {
  const markers: string[] = [];
  for (const { target, id } of outputs.slice(1)) {
    const path = await followLinks(target).catch(() => target);
    markers.push(journalOf(temporaryBeside(path, id)));
  }
  return markers;
}

const ending = '.rowexport';
const keptMs = keptDays * 24 * 60 * 60_000;

/** Notes in a folder where a journal is, so that it can be listed. */
export async function register(folder: string, journal: string, id: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeOld(folder, ending, keptMs);
  await writeFile(join(folder, `${id}${ending}`), journal, { mode: 0o600 });
}

export async function unregister(folder: string, id: string): Promise<void> {
  await rm(join(folder, `${id}${ending}`), { force: true });
}
