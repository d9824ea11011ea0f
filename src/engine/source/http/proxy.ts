import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { said, SaidError } from '../../../said/said.ts';
import { parseAddress } from './address.ts';

/**
 * The proxy that the environment has for an address: `https_proxy`, `http_proxy` or `all_proxy`, in either case,
 * unless `no_proxy` names the host, a domain above it, or `*`. Node reads these itself from 24.5 on, and only where
 * it is told to; this is for all versions.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const value = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? '';
  if (isExempt(url, value('no_proxy'))) return undefined;
  const text = value(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || value('all_proxy');
  if (text === '') return undefined;
  // A bare `host:port` is common.
  const { url: proxy, authorization } = parseAddress(text.includes('://') ? text : `http://${text}`);
  return { url: proxy, authorization };
}

export interface Proxy {
  readonly url: URL;
  readonly authorization: string | undefined;
}

function isExempt({ hostname, port }: URL, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const only = /:(\d+)$/.exec(entry)?.[1];
      const host = only === undefined ? entry : entry.slice(0, -only.length - 1);
      if (host === '' || (only !== undefined && only !== port)) return false;
      const domain = host.replace(/^\*?\./, '');
      return host === '*' || hostname === domain || hostname.endsWith(`.${domain}`);
    });
}

/** What a request to the proxy itself must say of who asks. */
export function proxyHeaders({ authorization }: Proxy): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

/** A proxy's refusal to connect any further. */
export class ProxyRefusal extends SaidError {
  readonly status: number;

  constructor(status: number) {
    super(said`The proxy answered ${status}.`);
    this.status = status;
  }
}

/** Keeps TLS connections through a proxy's tunnels (RFC 9110, section 9.3.6). */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { host, port, servername } = options;
    const { url } = this.#proxy;
    const place = `${host ?? ''}:${port ?? 443}`;
    const request = (url.protocol === 'https:' ? https : http).request({
      host: url.hostname,
      port: url.port || undefined,
      method: 'CONNECT',
      path: place,
      headers: { host: place, ...proxyHeaders(this.#proxy) },
      agent: false,
    });
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    request.once('error', (error) => done(error));
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        // With a socket given, the host is only what the certificate is compared with.
        done(null, tls.connect({ socket, host: host ?? '', servername: servername ?? '' }));
      } else {
        socket.destroy();
        done(new ProxyRefusal(response.statusCode ?? 0));
      }
    });
    request.end();
    return undefined;
  }
}
