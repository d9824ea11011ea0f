/**
 * What other extensions and programs may rely on: versions of it follow semantic versioning, and nothing else of
 * Rowriver does.
 */
import type { EngineHost } from '../host/engineHost.ts';

/** What the extension's `activate` gives other extensions: `extensions.getExtension('rowriver.rowriver').exports`. */
export interface RowriverApi {
  /** The version of this interface: another major number is another interface. */
  readonly version: string;
}

export function createApi(_engine: EngineHost): RowriverApi {
  return { version: '1.0.0' };
}
