import * as http from 'node:http';
import * as https from 'node:https';
import { onAbort } from '../../../protocol/abort.ts';
import { said, type Said } from '../../../said/said.ts';
import type { Address } from './address.ts';
import type { HeaderFields } from '../source.ts';
import { HttpBody } from './body.ts';
import { connectionFault, HttpFault, statusFault } from './fault.ts';
import type { HttpLimits } from './limits.ts';
import { proxyFor, proxyHeaders, TunnelAgent } from './proxy.ts';

/** The head of an answer with its body to come. Who has it closes the body. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: HttpBody;
  /** Whether all of what was sent had left this process when the answer began: nobody looks at its bytes any more. */
  readonly sentAll: boolean;
}

const mostRedirects = 10;

/**
 * Asks for one resource, again and again, over connections that are kept. Node's own client: unlike `fetch` it gives
 * a body's bytes as they were sent, so that a place in them can be asked for again, and its sockets can be closed.
 */
export class HttpClient {
  readonly address: Address;
  readonly limits: HttpLimits;
  /** All attempts at something have failed, and nothing has come since. */
  givenUp = false;
  readonly #agents = new Map<string, http.Agent>();
  /** Where the last redirects led to, to spare the next request the way there. */
  #target: Target;
  readonly #first: Target;

  /** @param headers sent to the address's own server, and to no other that it redirects to */
  constructor(address: Address, limits: HttpLimits, headers: HeaderFields = {}) {
    this.address = address;
    this.limits = limits;
    const { url, authorization } = address;
    this.#first = { url, headers: { ...(authorization !== undefined && { authorization }), ...headers } };
    this.#target = this.#first;
  }

  /**
   * The answer to a GET, whatever its status, after redirects.
   * @throws HttpFault where there is none; the signal's reason
   */
  async get(headers: HeaderFields, signal: AbortSignal): Promise<Answer> {
    const remembered = this.#target;
    this.#target = this.#first;
    const answer = await this.#follow(remembered, headers, signal);
    // Where redirects lead to is often a signed address that holds for some minutes.
    if (remembered === this.#first || !expired.has(answer.status)) return answer;
    answer.body.close();
    return this.#follow(this.#first, headers, signal);
  }

  /**
   * The answer to a POST, whatever its status. Only a redirect that keeps the method is followed (RFC 9110, section 15.4.8).
   * @throws HttpFault where there is no answer; the signal's reason
   */
  post(body: Uint8Array, headers: HeaderFields, signal: AbortSignal): Promise<Answer> {
    return this.#follow(this.#first, headers, signal, body);
  }

  /** What an answer's status says that is not the one hoped for; closes the body. */
  refuse({ status, headers, body }: Answer): HttpFault {
    body.close();
    return statusFault(status, 'authorization' in this.#first.headers, headers['retry-after']);
  }

  /** Closes every connection. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #follow(
    from: Target,
    headers: HeaderFields,
    signal: AbortSignal,
    body?: Uint8Array,
  ): Promise<Answer> {
    let target = from;
    let sentAll = true;
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const { response, sent } = await this.#send(target, headers, signal, body);
      sentAll &&= sent;
      const { statusCode: status = 0, headers: answered } = response;
      if (!redirecting.has(status) || answered.location === undefined) {
        if (body === undefined) this.#target = target;
        const read = new HttpBody(response, target.url.host, this.limits);
        return { status, headers: answered, body: read, sentAll };
      }
      response.destroy();
      if (body !== undefined && !keepingMethod.has(status)) throw changedMethod(status);
      target = redirected(target, answered.location);
    }
    throw new HttpFault('unreachable', said`it redirects more than ${mostRedirects} times`);
  }

  async #send(
    target: Target,
    headers: HeaderFields,
    signal: AbortSignal,
    body: Uint8Array | undefined,
  ): Promise<{ readonly response: http.IncomingMessage; readonly sent: boolean }> {
    for (let isFirst = true; ; isFirst = false) {
      signal.throwIfAborted();
      const request = this.#request(target, headers, body);
      try {
        const response = await responseOf(request, target.url, this.limits, signal, body);
        return { response, sent: isFirst && request.writableFinished };
      } catch (error) {
        signal.throwIfAborted();
        // A server may close a connection that was kept, just when it is used again.
        const stale = request.reusedSocket && error instanceof Error && 'code' in error;
        if (!stale) throw connectionFault(error, target.url.host);
      }
    }
  }

  #request({ url, headers: own }: Target, asked: HeaderFields, body?: Uint8Array): http.ClientRequest {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = {
      ...(body !== undefined && { 'content-length': String(body.length) }),
      'user-agent': 'rowriver',
      accept: '*/*',
      // Ranges are of what is sent, and are wanted of what there is.
      'accept-encoding': 'identity',
      ...own,
      ...asked,
    };
    const agent = this.#agentFor(url);
    if (url.protocol === 'https:') return https.request(url, { agent, method, headers });
    const proxy = proxyFor(url, process.env);
    if (proxy === undefined) return http.request(url, { agent, method, headers });
    const send = proxy.url.protocol === 'https:' ? https.request : http.request;
    return send(proxy.url, {
      agent,
      method,
      path: url.href,
      headers: { ...headers, ...proxyHeaders(proxy), host: url.host },
    });
  }

  #agentFor(url: URL): http.Agent {
    const proxy = proxyFor(url, process.env);
    const key = `${url.protocol} ${proxy?.url.href ?? ''}`;
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const secure = (proxy ?? { url }).url.protocol === 'https:';
      const options = { keepAlive: true };
      if (url.protocol === 'https:') {
        agent = proxy === undefined ? new https.Agent(options) : new TunnelAgent(proxy, options);
      } else {
        agent = secure ? new https.Agent(options) : new http.Agent(options);
      }
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

interface Target {
  readonly url: URL;
  /** What is for this server alone. */
  readonly headers: HeaderFields;
}

const redirecting = new Set([301, 302, 303, 307, 308]);
const keepingMethod = new Set([307, 308]);
const expired = new Set([400, 401, 403, 404, 410]);

function changedMethod(status: number): HttpFault {
  const message = said`it redirects with status ${status}, which does not keep a POST. Use the address that it redirects to`;
  return new HttpFault('unsupported', message, { status });
}

/** Credentials go with a redirect only to where they came from: same scheme, host and port. */
function redirected(from: Target, location: string): Target {
  let url: URL;
  try {
    url = new URL(location, from.url);
  } catch (cause) {
    throw new HttpFault('unreachable', said`it redirects to an invalid address`, { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpFault('unreachable', said`it redirects to an address that begins with ${url.protocol}`);
  }
  url.username = '';
  url.password = '';
  return { url, headers: url.origin === from.url.origin ? from.headers : {} };
}

/** What a slow connection still takes of a body in a second. */
const slowestBytes = 64 * 1024;

/** Sends a request and waits for the head of its answer. */
function responseOf(
  request: http.ClientRequest,
  url: URL,
  { connectMs, answerMs }: HttpLimits,
  signal: AbortSignal,
  body: Uint8Array = new Uint8Array(0),
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const late = (message: Said): void => {
      request.destroy(new HttpFault('unreachable', message, { retry: 'always' }));
    };
    let timer = setTimeout(
      () => late(said`could not connect to ${url.host} within ${seconds(connectMs)}`),
      connectMs,
    );
    const connected = (): void => {
      clearTimeout(timer);
      const sendMs = 1000 * Math.floor(body.length / slowestBytes);
      const ms = answerMs + sendMs;
      timer = setTimeout(() => late(said`${url.host} did not answer within ${seconds(ms)}`), ms);
    };
    const abort = (): void => {
      request.destroy(signal.reason instanceof Error ? signal.reason : new Error('Cancelled.'));
    };
    const release = onAbort(signal, abort);
    const settle = (): void => {
      clearTimeout(timer);
      release();
    };
    request.once('socket', (socket) => {
      if (request.reusedSocket) connected();
      else socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    request.once('response', (response) => {
      settle();
      resolve(response);
    });
    // Stays, as a connection may also break later: the body says so then.
    request.on('error', (error) => {
      settle();
      reject(error);
    });
    request.end(body);
  });
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
