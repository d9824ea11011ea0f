import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { request as ask, type IncomingMessage, type RequestOptions } from 'node:http';
import { finished, startCli } from './cli.ts';

/** A server of the program, and where it is. */
export interface Served {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: number;
  readonly token: string;
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function serve(path: string, ...options: string[]): Promise<Served> {
  return started(startCli(['serve', path, ...options]));
}

export async function started(child: ChildProcessWithoutNullStreams): Promise<Served> {
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [address] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
  const found = /^http:\/\/127\.0\.0\.1:(\d+)\/\?token=(\S+)\n$/.exec(String(address));
  assert(found, `${String(address)}${said}`);
  return { child, port: Number(found[1]), token: found[2] };
}

export function stop({ child }: Served): ReturnType<typeof finished> {
  const ended = finished(child);
  child.kill('SIGINT');
  return ended;
}

export async function fetched(served: Served, path: string, options: RequestOptions = {}): Promise<Answer> {
  const sent = ask({ host: '127.0.0.1', port: served.port, path, agent: false, ...options }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}
