import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What opens the server: whoever does not know it is refused. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** How a request is met: it may go on, it has shown the token in its address, or it is refused for a reason. */
export type Access =
  { readonly kind: 'granted' | 'shown' } | { readonly kind: 'refused'; readonly reason: string };

/**
 * A server on loopback is reached by every program of this computer, and by every page that its browser shows: by
 * requests of other origins, and under another name that leads to 127.0.0.1 (DNS rebinding). So a request must name this
 * computer as its host, bring the token, and must not come from a page of another origin.
 *
 * The port in `Host` is not compared: a forwarded one (`ssh -L`) is another.
 */
export function accessOf({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>, token: string): Access {
  if (!namesThisComputer(headers.host)) return refused('This address is not one of this computer.');
  // Browsers say it of every WebSocket, and of no address that is typed or followed.
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${headers.host}`.toLowerCase())
    return refused('The request comes from a page of another origin.');
  const shown = addressOf(url)?.searchParams.get('token') ?? bearerOf(headers.authorization);
  if (shown !== undefined) {
    if (!isSame(shown, token))
      return refused('The token is wrong. Open the address that rowriver serve has printed.');
    return { kind: headers.authorization === undefined ? 'shown' : 'granted' };
  }
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin' && from !== 'none') {
    return refused('The request comes from a page of another origin.');
  }
  const kept = cookiesOf(headers.cookie).get(cookieName(headers.host));
  if (kept !== undefined && isSame(kept, token)) return { kind: 'granted' };
  return refused('The token is missing. Open the address that rowriver serve has printed.');
}

/** Cookies are of a host, whatever its port: a server beside this one has one of its own. */
export function tokenCookie(host: string | undefined, token: string): string {
  return `${cookieName(host)}=${token}; HttpOnly; SameSite=Strict; Path=/`;
}

function cookieName(host = ''): string {
  return `rowriver-${/:(\d+)$/.exec(host)?.[1] ?? '80'}`;
}

function namesThisComputer(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** What a request asks for; undefined where that is no path, such as `//` or `*`. */
export function addressOf(url = '/'): URL | undefined {
  const base = 'http://localhost';
  return /^\/(?![/\\])/.test(url) && URL.canParse(url, base) ? new URL(url, base) : undefined;
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

function cookiesOf(header = ''): ReadonlyMap<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

/** In a time that tells nothing of how much is the same. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(reason: string): Access {
  return { kind: 'refused', reason };
}
