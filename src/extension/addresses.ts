import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { Uri, workspace, type SecretStorage } from 'vscode';
import { addressParts } from '../engine/source/location.ts';
import type { OpenFile } from '../protocol/engine.ts';
import type { FileInfo } from '../protocol/file.ts';
import { comparedIn, comparisonScheme, exportPathOfComparison } from './comparisons.ts';
import { exportPathOf, filesScheme, placeOfFiles } from './fileSets.ts';
import type { Readings } from './readings.ts';
import { exportPathOfResult, fileOfResult, sparkScheme } from './sparkTabs.ts';

/** Scheme of the tabs that show what is at an http(s) address. */
export const addressScheme = 'rowriver-url';

const key = 'addresses';

/** Addresses with credentials that are kept; the one opened longest ago is forgotten first. */
const addressesKept = 50;

/** What the engine is told of where a file is. */
export type FilePlace = Pick<OpenFile, 'location' | 'headers' | 'files' | 'compared' | 'remote'>;

type Kept = readonly (readonly [id: string, address: string, headers?: FilePlace['headers']])[];

/**
 * Tabs of addresses. VS Code writes a tab's URI into its state and its lists, so one for an address with a password or
 * a query, which may hold a token, or with headers, names only an entry of VS Code's secret storage.
 */
export class Addresses {
  readonly #secrets: SecretStorage;
  readonly #readings: Pick<Readings, 'of'>;

  /** @param readings how the files are read that a tab compares */
  constructor(secrets: SecretStorage, readings: Pick<Readings, 'of'>) {
    this.#secrets = secrets;
    this.#readings = readings;
  }

  /** The URI of the tab for an address. @throws SourceError where it is none */
  async uriOf(text: string, headers: FilePlace['headers'] = {}): Promise<Uri> {
    const { href, authority, path, secret } = addressParts(text);
    const isKept = secret || Object.keys(headers).length > 0;
    const query = isKept ? `kept=${await this.#keep({ location: text, headers })}` : `at=${href}`;
    return Uri.from({ scheme: addressScheme, authority, path: decoded(path), query });
  }

  /** What a tab shows: a file, or an address; undefined where that is not kept any more, as on another machine. */
  async placeOf(uri: Uri): Promise<FilePlace | undefined> {
    if (uri.scheme === filesScheme) return placeOfFiles(uri);
    if (uri.scheme === comparisonScheme) return this.#placeOfComparison(uri);
    if (uri.scheme !== addressScheme) return { location: uri.fsPath };
    const { query } = uri;
    if (query.startsWith('at=')) return { location: query.slice('at='.length) };
    const id = query.slice('kept='.length);
    const kept = (await this.#kept()).find(([known]) => known === id);
    return kept && { location: kept[1], headers: kept[2] };
  }

  async #placeOfComparison(uri: Uri): Promise<FilePlace | undefined> {
    const { before, after, keys } = comparedIn(uri);
    const [first, second] = [await this.placeOf(before), await this.placeOf(after)];
    if (!first || !second) return undefined;
    const compared = {
      before: { ...first, options: this.#readings.of(before) },
      after: { ...second, options: this.#readings.of(after) },
      keys,
    };
    return { location: basename(uri.path), compared };
  }

  /** What an address was opened with last. */
  async headersOf(address: string): Promise<FilePlace['headers']> {
    return (await this.#kept()).find(([, known]) => known === address)?.[2];
  }

  /** One entry an address: the headers that it was opened with last. */
  async #keep({ location, headers }: FilePlace): Promise<string> {
    const kept = await this.#kept();
    const id = kept.find(([, known]) => known === location)?.[0] ?? randomUUID();
    const others = kept.filter(([known]) => known !== id);
    const next: Kept = [[id, location, headers] as const, ...others].slice(0, addressesKept);
    await this.#secrets.store(key, JSON.stringify(next));
    return id;
  }

  async #kept(): Promise<Kept> {
    const text = await this.#secrets.get(key);
    return text === undefined ? [] : (JSON.parse(text) as Kept);
  }
}

/**
 * A path for what a tab shows, beside which exports are proposed: the file's own, one of the folder of several files, or
 * one of its name in the workspace.
 */
export function pathOf(uri: Uri, info?: FileInfo): string {
  if (uri.scheme === 'file') return uri.fsPath;
  if (uri.scheme === filesScheme) return exportPathOf(uri, info);
  if (uri.scheme === comparisonScheme) return exportPathOfComparison(pathOf(comparedIn(uri).after));
  if (uri.scheme === sparkScheme) return exportPathOfResult(pathOf(fileOfResult(uri)));
  const folder = workspace.workspaceFolders?.find((one) => one.uri.scheme === 'file')?.uri.fsPath;
  return join(folder ?? homedir(), basename(uri.path) || uri.authority.replace(/:\d+$/, ''));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
