import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../engine/sink/sinkError.ts';
import { cacheBytes, cacheFolder } from '../host/cacheFolder.ts';
import { EngineHost } from '../host/engineHost.ts';
import { english } from '../said/said.ts';
import { newToken } from '../serve/access.ts';
import { startServer } from '../serve/server.ts';
import { keptIndexes, scanPool } from './input.ts';
import { visible } from './message.ts';
import { servedFiles } from './servedFiles.ts';
import type { Terminal } from './terminal.ts';
import type { ServeCommand } from './arguments/arguments.ts';
import { UsageError } from './arguments/usageError.ts';

/**
 * Serves the preview and the rows of a file until the signal is aborted. Says where, on standard output.
 * @param failed takes what nobody foresaw
 * @throws SourceError where the file cannot be read; UsageError where the port cannot be had
 */
export async function serve(
  command: ServeCommand,
  { output, say, signal }: Pick<Terminal, 'output' | 'say' | 'signal'>,
  failed: (error: unknown) => void,
): Promise<void> {
  const pool = scanPool();
  const engine = previewEngine(command);
  try {
    const files = await servedFiles(command, { pool, store: keptIndexes(command) }, signal);
    // What cannot be read is said now, not to the first who asks.
    const dataset = await files[0].open(signal);
    for (const { path, reason } of dataset.unread) say(visible(`Left out ${path}: ${english(reason)}`));
    await dataset.close();
    const token = newToken();
    const bundles = new URL('.', import.meta.url);
    const options = { port: command.port, token, files, engine, bundles, failed };
    const server = await startServer(options).catch((error: unknown) => {
      throw portFault(error, command.port);
    });
    try {
      const address = `http://127.0.0.1:${server.port}/?token=${token}`;
      await output.write(new TextEncoder().encode(`${address}\n`));
      say(`Serving ${visible(command.file)} on this computer only. Press Ctrl+C to stop.`);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
  } finally {
    await engine.dispose();
    await pool.close();
  }
}

/** Of what a server gives only once, so many bytes are kept: a preview goes back and forth. */
const keepBytes = 4e9;

/** The engine of the previews. It starts with the first one. */
function previewEngine({ cache }: ServeCommand): EngineHost {
  return new EngineHost({
    script: fileURLToPath(new URL('engine.js', import.meta.url)),
    settings: () => ({
      cacheFolder: cache ? cacheFolder(process.platform, process.env) : null,
      cacheBytes,
      keepBytes,
    }),
    log: () => undefined,
  });
}

function portFault(error: unknown, port: number): unknown {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') {
    return new UsageError(`Port ${port} is in use. Choose another with --port, or leave --port out.`);
  }
  if (code === 'EACCES')
    return new UsageError(`You have no permission to use port ${port}. Choose one above 1023.`);
  return error;
}
