import { once } from 'node:events';
import { systemCode } from '../engine/sink/sinkError.ts';
import { newToken } from '../serve/access.ts';
import { startServer } from '../serve/server.ts';
import { keptIndexes, openInput, scanPool } from './input.ts';
import { visible } from './message.ts';
import type { Terminal } from './terminal.ts';
import type { ServeCommand } from './arguments.ts';
import { UsageError } from './usageError.ts';

/**
 * Serves the rows of a file until the signal is aborted. Says where, on standard output.
 * @param failed takes what nobody foresaw
 * @throws SourceError where the file cannot be read; UsageError where the port cannot be had
 */
export async function serve(
  command: ServeCommand,
  { output, say, signal }: Pick<Terminal, 'output' | 'say' | 'signal'>,
  failed: (error: unknown) => void,
): Promise<void> {
  const { file, from: format, texts, cells, table } = command;
  const pool = scanPool();
  try {
    const store = keptIndexes(command);
    const open = (signal: AbortSignal) =>
      openInput(command, { format, ...texts, ...cells, ...table, pool, signal, store });
    // What cannot be read is said now, not to the first who asks.
    const dataset = await open(signal);
    for (const { path, reason } of dataset.unread) say(visible(`Left out ${path}: ${reason}`));
    await dataset.close();
    const token = newToken();
    const options = { port: command.port, token, name: file, open, failed };
    const server = await startServer(options).catch((error: unknown) => {
      throw portFault(error, command.port);
    });
    try {
      const address = `http://127.0.0.1:${server.port}/?token=${token}`;
      await output.write(new TextEncoder().encode(`${address}\n`));
      say(`Serving ${visible(file)} on this computer only. Press Ctrl+C to stop.`);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
  } finally {
    await pool.close();
  }
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
