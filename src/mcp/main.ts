/** What `rowriver mcp` loads, and no other command: the server and its library are a bundle of their own. */
import { fileURLToPath } from 'node:url';
import { EngineHost } from '../host/engineHost.ts';
import { faultOfRoot } from './roots.ts';
import { serveTools, type ServerOptions } from './server.ts';

export interface McpOptions extends ServerOptions {
  /** Where indexes are kept between calls, and for later servers. */
  readonly cacheFolder: string;
  readonly cacheBytes: number;
  readonly log: (line: string) => void;
}

/** The engine lives as long as the server. */
const forever = 2 ** 31 - 1;

/**
 * Serves until the client goes or the signal is aborted.
 * @returns what is wrong with the options, as a sentence; undefined where it has served
 */
export async function serve(options: McpOptions, signal: AbortSignal): Promise<string | undefined> {
  for (const root of options.roots) {
    const fault = await faultOfRoot(root);
    if (fault !== undefined) return fault;
  }
  const { cacheFolder, cacheBytes, log } = options;
  const host = new EngineHost({
    script: fileURLToPath(new URL('engine.js', import.meta.url)),
    settings: () => ({ cacheFolder, cacheBytes, keepBytes: 0 }),
    log,
    graceMs: forever,
  });
  try {
    await serveTools(host, options, signal);
    return undefined;
  } finally {
    await host.dispose();
  }
}
