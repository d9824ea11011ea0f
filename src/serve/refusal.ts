import type { ServerResponse } from 'node:http';
import { QuerySyntaxError } from '../engine/dataset/plan.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { SourceError } from '../engine/source/source.ts';
import { asMemoryLimit } from '../engine/stage/memoryLimit.ts';
import { TemporaryError } from '../engine/temporaryFolder.ts';
import { RemoteError } from '../protocol/rpc.ts';

/** Of every answer: nothing of it is kept, guessed at, or told to other sites. */
export const commonHead: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** An answer other than what was asked for. Its message is for people. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Says why there is no answer; where some of it is on its way already, the connection breaks instead. */
export function refuse(response: ServerResponse, error: unknown, failed: (error: unknown) => void): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    if (!isForeseen(error)) failed(error);
    return;
  }
  const { status, headers, message } = refusalOf(error);
  if (status === 500 && !isForeseen(error)) failed(error);
  response.writeHead(status, { ...commonHead, ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

function refusalOf(error: unknown): Pick<Refusal, 'status' | 'headers' | 'message'> {
  if (error instanceof Refusal) return error;
  if (error instanceof QuerySyntaxError) {
    const message = error.diagnostics.map(({ message, from }) => `${message} (at ${from + 1})`).join('\n');
    return { status: 400, headers: {}, message };
  }
  if (error instanceof SourceError && error.failure === 'not-found')
    return { status: 404, headers: {}, message: error.message };
  // The engine has said of a row of a tab that it is not there.
  if (error instanceof RemoteError) return { status: 404, headers: {}, message: error.message };
  if (error instanceof SinkError) return { status: 422, headers: {}, message: error.message };
  const memory = asMemoryLimit(error);
  if (memory) return { status: 422, headers: {}, message: memory.message };
  const message = isForeseen(error) && error instanceof Error ? error.message : 'This is a bug in Rowriver.';
  return { status: 500, headers: {}, message };
}

function isForeseen(error: unknown): boolean {
  const kinds = [Refusal, QuerySyntaxError, SourceError, SinkError, TemporaryError, RemoteError];
  return kinds.some((kind) => error instanceof kind) || asMemoryLimit(error) !== undefined;
}
