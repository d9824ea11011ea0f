import { randomUUID } from 'node:crypto';
import { dirname, extname, join } from 'node:path';
import { l10n, Uri } from 'vscode';
import { splitCompression } from '../engine/sink/compressor.ts';
import type { OpenFile, RemoteRows } from '../protocol/engine.ts';

/** Scheme of the tabs that show the rows of a query that a cluster runs. */
export const sparkScheme = 'rowriver-spark';

/** What of a tab may be written down: VS Code keeps a tab's URI in its state and its lists. */
interface Written {
  readonly run: string;
  readonly of: string;
}

/** What is run, but for what its tab makes of it. */
export type AskedRows = Omit<RemoteRows, 'run'>;

/**
 * The tabs of results. What they run is known only to the window that has asked for it: a tab that comes back after a restart
 * must not have a cluster work that nobody has asked to, and addresses and tokens are secret.
 */
export class SparkTabs {
  readonly #asked = new Map<string, AskedRows>();

  /** The URI of a new tab. @param at host and port, for people */
  uriOf(file: Uri, name: string, at: string, asked: AskedRows): Uri {
    const run = randomUUID();
    this.#asked.set(run, asked);
    const title = l10n.t('{0} on Spark: {1}', name, at);
    const written: Written = { run, of: file.toString() };
    const query = JSON.stringify(written);
    return Uri.file(join(dirname(file.path), title)).with({ scheme: sparkScheme, query });
  }

  /** What a tab shows; undefined where another window has asked for it. */
  placeOf(uri: Uri): Pick<OpenFile, 'location' | 'remote'> | undefined {
    const { run } = writtenIn(uri);
    const asked = this.#asked.get(run);
    return asked && { location: titleOf(uri), remote: { ...asked, run } };
  }

  /** Forgets what a tab that is closed has run. */
  forget(uri: Uri): void {
    this.#asked.delete(writtenIn(uri).run);
  }
}

/** The file that the query of a tab reads. */
export function fileOfResult(uri: Uri): Uri {
  return Uri.parse(writtenIn(uri).of, true);
}

/** A path beside which exports of a result are proposed. @param path of the file that its query reads */
export function exportPathOfResult(path: string): string {
  const { plain } = splitCompression(path);
  return `${plain.slice(0, plain.length - extname(plain).length)}-spark.jsonl`;
}

function titleOf({ path }: Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function writtenIn({ query }: Uri): Written {
  return JSON.parse(query) as Written;
}
