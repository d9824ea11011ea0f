import type { Dataset } from '../engine/dataset/dataset.ts';
import type { OpenFile } from '../protocol/engine.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';

/** A file, or several as one table, and how it is opened. */
export interface ServedFile {
  /** What it is called in lists, titles and names of downloads: the path or address that it was given by, or its end. */
  readonly name: string;
  /** For previews: what the engine opens. */
  readonly place: OpenFile;
  /**
   * For a download: opens it for one request, which closes it.
   * @param options how it is read; without them, as the command says @throws SourceError
   */
  readonly open: (signal: AbortSignal, options?: FormatOptions) => Promise<Dataset>;
}
