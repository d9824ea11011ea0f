/** Made-up web requests, the same ones for everybody: a large file to try things on. */

export type SampleFormat = 'jsonl' | 'csv';

/** Text of the sample without end, some thousand records a piece. */
export function* sampleText(format: SampleFormat): Generator<string, never> {
  if (format === 'csv') yield 'id,time,method,url,status,ms,bytes,country,plan,agent\n';
  const next = requests();
  const write = format === 'csv' ? csvLine : jsonLine;
  for (;;) {
    let text = '';
    for (let i = 0; i < 4096; i++) text += write(next());
    yield text;
  }
}

interface Request {
  readonly id: number;
  readonly time: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly ms: string;
  readonly bytes: number;
  readonly country: string;
  readonly plan: string | null;
  readonly agent: string;
}

/** A broken record now and then, as in every real log. */
const brokenEvery = 250_000;

function jsonLine(r: Request): string {
  const plan = r.plan === null ? 'null' : `"${r.plan}"`;
  const line = `{"id":${r.id},"time":"${r.time}","method":"${r.method}","url":"${r.url}","status":${r.status},"ms":${r.ms},"bytes":${r.bytes},"user":{"country":"${r.country}","plan":${plan}},"agent":"${r.agent}"}`;
  return `${r.id % brokenEvery === 77 ? line.slice(0, -20) : line}\n`;
}

function csvLine(r: Request): string {
  return `${r.id},${r.time},${r.method},${r.url},${r.status},${r.ms},${r.bytes},${r.country},${r.plan ?? ''},"${r.agent}"\n`;
}

function requests(): () => Request {
  const random = mulberry32(42);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
  let id = 0;
  return () => {
    id++;
    const slow = random() < 0.02;
    return {
      id,
      time: new Date(1_760_000_000_000 + id * 137).toISOString(),
      method: pick(['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']),
      url: `/api/${pick(['orders', 'users', 'items', 'search', 'cart'])}/${Math.floor(random() * 1e6)}`,
      status: random() < 0.03 ? pick([500, 502, 503]) : pick([200, 200, 200, 200, 201, 204, 301, 404]),
      ms: (slow ? 500 + random() * 5000 : 1 + random() * 90).toFixed(2),
      bytes: Math.floor(random() * 60_000),
      country: pick(['DE', 'FR', 'IN', 'US', 'BR', 'JP', 'NG']),
      plan: pick(['free', 'pro', null]),
      agent: pick(['Firefox, desktop', 'Chrome, desktop', 'Safari, phone', 'curl']),
    };
  };
}

/** Tommy Ettinger's mulberry32: 32 bits of state, uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
