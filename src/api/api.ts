import type { EngineHost } from '../host/engineHost.ts';
import { openFile } from './dataFile.ts';
import type { RowriverApi } from './types.ts';

export type { RowriverApi } from './types.ts';

/** The version of the interface in types.ts, which docs/api.md describes. */
const version = '1.0.0';

/** What other extensions get. Files that they open are read in the engine's thread, as those of previews are. */
export function createApi(engine: EngineHost): RowriverApi {
  return { version, open: (path, options) => openFile(engine, path, options) };
}
