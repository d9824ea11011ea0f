/** `import { open } from 'rowriver'`: the interface of types.ts over an engine of the program's own. */
import { fileURLToPath } from 'node:url';
import { EngineHost } from '../host/engineHost.ts';
import { cacheBytes, cacheFolder } from '../host/cacheFolder.ts';
import { createApi } from './api.ts';
import type { DataFile, OpenOptions } from './types.ts';

export * from './types.ts';

/** So soon after the last file was closed the engine's thread ends, in milliseconds: it keeps the process alive. */
const graceMs = 100;

const engine = new EngineHost({
  script: fileURLToPath(new URL('engine.js', import.meta.url)),
  settings: () => ({ cacheFolder: cacheFolder(process.platform, process.env), cacheBytes, keepBytes: 0 }),
  log: () => undefined,
  graceMs,
});

const api = createApi(engine);
export const { version } = api;

/** @see RowriverApi.open */
export function open(path: string, options?: OpenOptions): Promise<DataFile> {
  return api.open(path, options);
}
