import { said, type Said } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import type { Answer } from '../../source/http/client.ts';
import { retryAfterMs } from '../../source/http/fault.ts';
import type { BodyForm } from './bodyForm.ts';

/** What an answer says of the rows that were sent. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** Some may be taken when they are sent again. */
  | ({ readonly kind: 'later'; readonly afterMs: number | undefined } & Reason)
  /** None of them is ever taken. */
  | ({ readonly kind: 'rejected' } & Reason)
  /** Fewer at once may be taken. */
  | ({ readonly kind: 'too-large' } & Reason)
  /** No row is ever taken: the address or the permission is wrong. */
  | ({ readonly kind: 'refused' } & Reason)
  /** Each row by itself; those that are not listed are taken. */
  | {
      readonly kind: 'rows';
      readonly later: readonly RowReason[];
      readonly rejected: readonly RowReason[];
      readonly afterMs: number | undefined;
    };

export interface Reason {
  /** Undefined where there was no answer. */
  readonly status: number | undefined;
  readonly reason: Said;
}

export interface RowReason extends Reason {
  /** Its number in the batch, from 0. */
  readonly row: number;
}

/** Of an answer, no more is read. */
const longestAnswer = 64 * 1024 * 1024;
/** Of what a server says of its reasons, so many characters are kept. */
const longestReason = 300;

/** @throws HttpFault where the answer breaks off */
export async function verdictOf(answer: Answer, form: BodyForm, count: number): Promise<Verdict> {
  const { status, headers } = answer;
  const text = await textOf(answer);
  const afterMs = retryAfterMs(headers['retry-after']);
  if (status >= 200 && status < 300) return verdictOfRows(text, form, count, afterMs);
  const reason = reasonOf(status, text);
  if (refusing.has(status) || status < 400) return { kind: 'refused', status, reason };
  if (status === 413) return { kind: 'too-large', status, reason };
  if (isPassing(status)) return { kind: 'later', status, reason, afterMs };
  return { kind: 'rejected', status, reason };
}

/** They say something of the address or of who asks, and nothing of the rows. */
const refusing = new Set([401, 403, 404, 405, 407, 410, 411, 415, 421, 426, 501, 505, 511]);

/** Whether the same may be taken later. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

async function textOf({ body }: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
      length += chunk.length;
      if (length > longestAnswer) break;
      chunks.push(chunk);
    }
  } finally {
    body.close();
  }
  return Buffer.concat(chunks).toString();
}

function reasonOf(status: number, text: string): Said {
  const words = builtins.http.STATUS_CODES[status];
  const told = text.replace(/\s+/g, ' ').trim().slice(0, longestReason);
  return said`${`${status}${words === undefined ? '' : ` ${words}`}${told === '' ? '' : `: ${told}`}`}`;
}

/**
 * What an answer with a good status says of each row, as Elasticsearch's bulk API does: `errors`, and in `items` one
 * entry for each row with a status of its own. Any other text says that all were taken.
 */
function verdictOfRows(text: string, form: BodyForm, count: number, afterMs: number | undefined): Verdict {
  if (!/^\s*\{/.test(text) || !text.includes('"errors"')) return { kind: 'accepted' };
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return { kind: 'later', status: undefined, reason: said`the answer is not complete`, afterMs };
  }
  if (!isObject(answer) || answer.errors !== true || !Array.isArray(answer.items))
    return { kind: 'accepted' };
  const { items } = answer;
  if (items.length !== count) {
    const reason = said`the answer speaks of ${items.length} rows, and ${count} were sent`;
    return { kind: 'later', status: undefined, reason, afterMs };
  }
  const later: RowReason[] = [];
  const rejected: RowReason[] = [];
  items.forEach((item: unknown, row) => {
    const { status, error } = outcomeOf(item);
    // 409: a row with this `_id` was taken by an attempt whose answer was lost.
    if ((status >= 200 && status < 300) || (status === 409 && form === 'bulk')) return;
    const reason = { row, status, reason: rowReason(status, error) };
    if (isPassing(status)) later.push(reason);
    else rejected.push(reason);
  });
  return { kind: 'rows', later, rejected, afterMs };
}

/** An item holds the outcome under the name of its action. */
function outcomeOf(item: unknown): { readonly status: number; readonly error: unknown } {
  const outcome: unknown = isObject(item) ? ('status' in item ? item : Object.values(item)[0]) : undefined;
  if (!isObject(outcome) || typeof outcome.status !== 'number') return { status: 500, error: undefined };
  return { status: outcome.status, error: outcome.error };
}

function rowReason(status: number, error: unknown): Said {
  if (!isObject(error)) return reasonOf(status, typeof error === 'string' ? error : '');
  const { type, reason } = error;
  const parts = [type, reason].filter((part): part is string => typeof part === 'string');
  return reasonOf(status, parts.length > 0 ? parts.join(': ') : JSON.stringify(error));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
