import type { ServerResponse } from 'node:http';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import { writeTo } from '../engine/sink/streamWrite.ts';

/**
 * The body of a response as a sink. A write resolves once the client's side has taken the bytes, which is the
 * back-pressure. The head goes out with the first bytes, so that what fails before them can still be answered otherwise.
 * Discarding a response that has begun breaks the connection: a client never takes a part for the whole.
 *
 * @param head of an answer that has rows
 */
export function responseSink(
  response: ServerResponse,
  head: Readonly<Record<string, string>>,
  signal: AbortSignal,
): ByteSink {
  const name = 'the response';
  let committed = false;

  const begin = (): void => {
    if (!response.headersSent) response.writeHead(200, head);
  };
  return {
    name,
    async write(bytes) {
      signal.throwIfAborted();
      begin();
      await writeTo(response, bytes, name, signal);
    },
    async commit() {
      begin();
      committed = true;
      await new Promise<void>((resolve) => response.end(resolve));
    },
    discard() {
      if (!committed && response.headersSent) response.destroy();
      return Promise.resolve();
    },
  };
}
