import { said } from '../../../said/said.ts';
import { parseAddress } from './address.ts';
import { HttpClient, type Answer } from './client.ts';
import { HttpFault, sourceErrorOf } from './fault.ts';
import { contentLength, contentRange, identityOf } from './identity.ts';
import { usualLimits, type HttpLimits } from './limits.ts';
import { HttpRanges, pageLength } from './ranges.ts';
import { Patience } from './retry.ts';
import { HttpStream } from './stream.ts';
import { keptStream } from '../kept.ts';
import type { Source, SourcePlace, UrlIdentity } from '../source.ts';
import { onceSource } from '../stream.ts';

export type HttpPlace = Extract<SourcePlace, { readonly kind: 'url' }>;

export interface HttpSource {
  readonly source: Source;
  readonly identity: UrlIdentity;
}

export interface OpenHttpOptions {
  readonly limits?: Partial<HttpLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whole bodies in these come out right: they are recognised by their first bytes and decoded as a file is. */
const decodedLater = new Set(['', 'identity', 'gzip', 'x-gzip', 'zstd']);

/**
 * What is at an http(s) address: in ranges where the server gives them, else from front to back, once.
 * @throws SourceError `unreachable`, `not-found`, `no-permission`, `changed`, `unsupported`; the signal's reason
 */
export async function openHttp(place: HttpPlace, options: OpenHttpOptions = {}): Promise<HttpSource> {
  const client = new HttpClient(
    parseAddress(place.url),
    { ...usualLimits, ...place.limits, ...options.limits },
    place.headers,
  );
  const signal = options.signal ?? new AbortController().signal;
  try {
    const { identity } = place;
    if (identity?.ranged === true && identity.size !== undefined) {
      return { source: new HttpRanges(client, { ...identity, size: identity.size }), identity };
    }
    return await firstAnswer(client, place, signal);
  } catch (error) {
    client.close();
    if (error instanceof HttpFault) throw sourceErrorOf(error, client.address.shown, 0, undefined);
    throw error;
  }
}

async function firstAnswer(client: HttpClient, place: HttpPlace, signal: AbortSignal): Promise<HttpSource> {
  const answer = await askWith(client, { range: `bytes=0-${pageLength - 1}` }, signal);
  const range = contentRange(answer.headers);
  if (answer.status === 206 && range?.from === 0 && range.total !== undefined) {
    checkEncoding(answer);
    const identity = { ...identityOf(answer.headers, range.total, true), size: range.total };
    const source = new HttpRanges(client, identity);
    await source.begin(answer.body, Math.min(range.to, pageLength), signal);
    return { source, identity };
  }
  if (answer.status === 416 && /^bytes \*\/0$/i.test(answer.headers['content-range'] ?? '')) {
    answer.body.close();
    const identity = { ...identityOf(answer.headers, 0, true), size: 0 };
    return { source: new HttpRanges(client, identity), identity };
  }
  if (answer.status === 200) return inOnePass(client, place, answer);
  // It knows ranges, but not as they are meant: it is asked as any program asks.
  answer.body.close();
  const whole = await askWith(client, {}, signal);
  if (whole.status !== 200) throw client.refuse(whole);
  return inOnePass(client, place, whole);
}

async function inOnePass(client: HttpClient, { keep }: HttpPlace, answer: Answer): Promise<HttpSource> {
  checkEncoding(answer);
  const identity = identityOf(answer.headers, contentLength(answer.headers), false);
  const stream = new HttpStream(client, identity, answer.body);
  try {
    return { source: keep === undefined ? onceSource(stream) : await keptStream(stream, keep), identity };
  } catch (error) {
    await stream.close();
    throw error;
  }
}

/** The answer to a request that is made until it is one. @throws HttpFault; the signal's reason */
async function askWith(
  client: HttpClient,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const patience = new Patience(client, false);
  for (;;) {
    try {
      const answer = await client.get(headers, signal);
      if (answer.status === 200 || answer.status === 206 || answer.status === 416) return answer;
      throw client.refuse(answer);
    } catch (error) {
      await patience.wait(error, signal);
    }
  }
}

/** @throws HttpFault */
function checkEncoding({ headers, body }: Answer): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (decodedLater.has(encoding)) return;
  body.close();
  throw new HttpFault(
    'unsupported',
    said`the server sends it compressed as ${encoding}, although asked not to`,
  );
}
