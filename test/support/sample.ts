/**
 * Web-server logs made up from a seed, the same bytes every time: about 250 bytes a record, 12 fields of which
 * one is an object and one a list, one record in forty with a status of 500 or more, one in eight from DE.
 */
export interface SampleRecord {
  readonly id: number;
  readonly ts: string;
  readonly level: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly latency_ms: number;
  readonly user: { readonly id: number; readonly country: string; readonly agent: string };
  readonly message: string;
  readonly tags: readonly string[];
  readonly bytes: number;
  readonly cached: boolean;
}

export function* sampleRecords(seed = 1): Generator<SampleRecord, never> {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)];
  let time = Date.UTC(2025, 0, 1);

  for (let id = 1; ; id++) {
    time += below(40);
    const failed = random() < 0.025;
    yield {
      id,
      ts: new Date(time).toISOString(),
      level: failed ? 'error' : pick(levels),
      status: failed ? pick([500, 502, 503, 504]) : pick(goodStatus),
      method: pick(methods),
      path: `/${pick(words)}/${pick(words)}/${below(100_000)}`,
      latency_ms: Math.round(random() ** 4 * 200_000) / 100,
      user: { id: below(1_000_000), country: pick(countries), agent: pick(agents) },
      message: messageOf(failed ? pick(failures) : pick(successes), pick(words), below(1000), random()),
      tags: Array.from({ length: below(3) }, () => pick(words)),
      bytes: below(50_000),
      cached: random() < 0.3,
    };
  }
}

/** Some messages have what CSV must quote and JSON must escape: commas, quotes, line breaks. */
function messageOf(template: string, word: string, number: number, odd: number): string {
  const message = template.replace('{w}', word).replace('{n}', String(number));
  if (odd < 0.02) return `${message}\nretry "${word}", again`;
  if (odd < 0.06) return `${message} for "${word}"`;
  if (odd < 0.2) return `${message}, then ${word}`;
  return message;
}

export function jsonLine(record: SampleRecord): string {
  return `${JSON.stringify(record)}\n`;
}

export const csvHeader =
  'id,ts,level,status,method,path,latency_ms,user_id,user_country,user_agent,message,tags,bytes,cached\n';

export function csvLine(record: SampleRecord): string {
  const { user } = record;
  return (
    `${record.id},${record.ts},${record.level},${record.status},${record.method},${record.path},` +
    `${record.latency_ms},${user.id},${user.country},${csvText(user.agent)},${csvText(record.message)},` +
    `${record.tags.join(' ')},${record.bytes},${record.cached}\n`
  );
}

function csvText(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Sample text of about `size` bytes, in pieces of about 1 MB. */
export function* sampleText(format: 'jsonl' | 'csv', size: number, seed = 1): Generator<Buffer> {
  const line = format === 'jsonl' ? jsonLine : csvLine;
  let piece = format === 'jsonl' ? '' : csvHeader;
  let left = size;
  for (const record of sampleRecords(seed)) {
    piece += line(record);
    if (piece.length < Math.min(left, 1 << 20)) continue;
    const bytes = Buffer.from(piece);
    yield bytes;
    left -= bytes.length;
    if (left <= 0) return;
    piece = '';
  }
}

/** Numbers in [0, 1): Marsaglia's xorshift, 32 bits. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

const levels = ['info', 'info', 'info', 'debug', 'warn'];
const goodStatus = [200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 404];
const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];
const countries = ['DE', 'US', 'FR', 'GB', 'JP', 'BR', 'IN', 'SE'];
const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0', 'okhttp/4.12.0', 'Go-http-client/2.0'];
const words = ['cart', 'orders', 'search', 'login', 'items', 'café', 'report', 'invoice', 'upload', 'média'];
const successes = [
  'served {w} in {n} ms',
  'cache hit on {w}',
  'session {n} renewed',
  'queued {w} behind {n} others',
];
const failures = [
  'timeout after {n} ms calling {w}',
  'upstream {w} closed the connection',
  'no space left for {w}',
];
