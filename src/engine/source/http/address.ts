import { said } from '../../../said/said.ts';
import { SourceError } from '../source.ts';

/** An http(s) address, taken apart into what is asked for and what may be seen. */
export interface Address {
  /** Without user name and password, and without a fragment. */
  readonly url: URL;
  /** Value of an Authorization header, from the user name and password. */
  readonly authorization: string | undefined;
  /**
   * What messages, logs and names hold. A query is left out whole: signed links and tokens are in queries, and nobody
   * can tell by its name which parameter is secret.
   */
  readonly shown: string;
}

export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** @throws SourceError `unsupported` where it is none; the message does not repeat it */
export function parseAddress(text: string): Address {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new SourceError('unsupported', said`This is not a complete http or https address.`, 0, { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SourceError('unsupported', said`Only http and https addresses can be opened.`);
  }
  const { username, password } = url;
  const authorization =
    username === '' && password === '' ? undefined : basic(decode(username), decode(password));
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url, authorization, shown: `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}` };
}

/** Whether an address holds what must not be written down: a password, or a query, which may be a token. */
export function hasSecrets({ url, authorization }: Address): boolean {
  return authorization !== undefined || url.search !== '';
}

/** Basic authentication (RFC 7617), in UTF-8. */
function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
