import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a client says its folders are; undefined where it does not say. */
type AskClient = () => Promise<readonly string[] | undefined>;

/**
 * The folders whose files may be read: those that the person has named on the command line, and no others; else those
 * that the client names; else the folder that the server was started in, unless that is the home folder or all of the
 * disk.
 */
export class Roots {
  readonly #given: readonly string[];
  readonly #ask: AskClient;
  #known: Promise<readonly string[]> | undefined;

  constructor(given: readonly string[], ask: AskClient) {
    this.#given = given;
    this.#ask = ask;
  }

  /** Absolute paths. */
  get(): Promise<readonly string[]> {
    if (this.#given.length > 0) return Promise.resolve(this.#given);
    this.#known ??= this.#find().catch(() => {
      // A client that cannot say it now is asked again with the next call.
      this.#known = undefined;
      return [];
    });
    return this.#known;
  }

  /** The client has others now. */
  forget(): void {
    this.#known = undefined;
  }

  async #find(): Promise<readonly string[]> {
    const named = await this.#ask();
    if (named === undefined) return startFolder();
    return named.flatMap((uri) => pathOf(uri) ?? []);
  }
}

/** The path of a root; undefined for what is no folder of this machine. */
function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

/** Clients without roots may start their servers anywhere. */
async function startFolder(): Promise<readonly string[]> {
  const folder = await realpath(process.cwd());
  const home = await realpath(homedir()).catch(() => undefined);
  const isWide = dirname(folder) === folder || folder === home;
  return isWide ? [] : [folder];
}

/** What is wrong with a folder of the command line, as a sentence; undefined where nothing is. */
export async function faultOfRoot(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) return `--root: the folder ${folder} does not exist.`;
  return found.isDirectory() ? undefined : `--root: ${folder} is not a folder.`;
}
