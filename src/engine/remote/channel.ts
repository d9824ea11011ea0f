import {
  type ChannelCredentials,
  type ClientReadableStream,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { said, type Said } from '../../said/said.ts';
import type { SparkAddress } from './address.ts';
import { RemoteError } from './remoteError.ts';

const service = '/spark.connect.SparkConnectService';
/** As other clients of Spark Connect have it: a batch is some megabytes, but for a row that is longer than that. */
const largestMessage = 128 * 1024 * 1024;
/** Bytes that a server may send ahead: with the 64 KB that are usual, each batch comes in dozens of pieces that are waited for. */
const window = 8 * 1024 * 1024;
/** How long an answer that takes no work is waited for, in milliseconds. */
const answerMs = 60_000;

const asIs = (bytes: Buffer): Buffer => bytes;

/** Calls of one server. Messages are bytes. */
export class SparkChannel {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #address: SparkAddress;

  constructor(address: SparkAddress) {
    this.#address = address;
    this.#client = new Client(`${address.host}:${address.port}`, credentialsOf(address), {
      'grpc.max_receive_message_length': largestMessage,
      'grpc-node.flow_control_window': window,
      'grpc.primary_user_agent': 'rowriver',
      'grpc.keepalive_time_ms': 60_000,
    });
    for (const [name, value] of Object.entries(address.headers)) this.#metadata.set(name, value);
    if (address.token !== undefined) this.#metadata.set('authorization', `Bearer ${address.token}`);
  }

  /** One answer. @throws RemoteError; the signal's reason */
  call(method: string, request: Buffer, signal?: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const call = this.#client.makeUnaryRequest(
        `${service}/${method}`,
        asIs,
        asIs,
        request,
        this.#metadata,
        { deadline: Date.now() + answerMs },
        (error, answer) => {
          signal?.removeEventListener('abort', cancel);
          if (signal?.aborted) reject(reasonOf(signal));
          else if (error) reject(this.failure(error));
          else resolve(answer ?? Buffer.alloc(0));
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Answers as they come: no more are taken than are asked for. */
  stream(method: string, request: Buffer): ClientReadableStream<Buffer> {
    return this.#client.makeServerStreamRequest(`${service}/${method}`, asIs, asIs, request, this.#metadata);
  }

  /** What a failed call amounts to, without the token. */
  failure(error: unknown): RemoteError {
    if (error instanceof RemoteError) return error;
    const { shown, token, secure } = this.#address;
    const { code, details } = error as Partial<ServiceError>;
    const told = details ?? (error instanceof Error ? error.message : String(error));
    const reason = (token === undefined ? told : told.replaceAll(token, '***')).trim();
    const options = { cause: token === undefined ? error : undefined };
    switch (code) {
      case status.UNAVAILABLE: {
        const isThere = !/ECONNREFUSED|Name resolution failed/.test(reason);
        const hint = isThere && !secure ? said` Does it want TLS (use_ssl=true)?` : '';
        const why = reason
          .replace(/^No connection established\. Last error: (Error: )?/, '')
          .replace(/\s*Resolution note:\s*$/, '');
        return new RemoteError(
          'unreachable',
          said`${shown} does not answer: ${sentence(why)}${hint}`,
          options,
        );
      }
      case status.DEADLINE_EXCEEDED:
        return new RemoteError('unreachable', said`${shown} does not answer.`, options);
      case status.UNAUTHENTICATED:
      case status.PERMISSION_DENIED:
        return new RemoteError('refused', said`${shown} refuses: ${sentence(reason)}`, options);
      case status.UNIMPLEMENTED:
        return new RemoteError(
          'protocol',
          said`${shown} does not speak Spark Connect: ${sentence(reason)}`,
          options,
        );
      default:
        return new RemoteError(
          reason.includes('INVALID_HANDLE.SESSION') ? 'session' : 'query',
          said`Spark says: ${sentence(reason)}${hintAt(reason)}`,
          options,
        );
    }
  }

  close(): void {
    this.#client.close();
  }
}

/** Whether a call may be repeated: the connection was lost. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === status.UNAVAILABLE;
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

function credentialsOf({ secure }: SparkAddress): ChannelCredentials {
  return secure ? credentials.createSsl() : credentials.createInsecure();
}

/** Spark says that it cannot read a file, and why only in its log. */
function hintAt(reason: string): Said | '' {
  return reason.includes('FAILED_READ_FILE')
    ? said` Probably a record is malformed, or has a value of another type than the first 16 MB of the file here.`
    : '';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
