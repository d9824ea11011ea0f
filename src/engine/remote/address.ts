import { said, type Said } from '../../said/said.ts';
import { RemoteError } from './remoteError.ts';

/** Where a Spark Connect server is, and as who it is asked. */
export interface SparkAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Never to be written down or shown. */
  readonly token: string | undefined;
  readonly user: string;
  /** Sent with every request, such as what a Databricks cluster is named by. */
  readonly headers: Readonly<Record<string, string>>;
  /** Host and port, for people. */
  readonly shown: string;
}

/** The variable that PySpark takes the token from too. */
export const tokenVariable = 'SPARK_CONNECT_AUTHENTICATE_TOKEN';

const usualPort = 15_002;
const local = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * A connection string of Spark Connect: `sc://host:port/;name=value;...`, values percent-encoded. A token of the environment is
 * taken where the string has none. Messages never repeat the string, which may have a token.
 * https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md
 * @throws RemoteError
 */
export function parseSparkAddress(text: string, environment: NodeJS.ProcessEnv = {}): SparkAddress {
  const parts = /^sc:\/\/([^/;?#@]+)\/?(?:;(.*))?$/s.exec(text);
  const place = parts && /^(\[[\da-fA-F:]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/.exec(parts[1]);
  if (!parts || !place) {
    throw wrong(said`A Spark Connect address is sc://host:port, optionally with /;name=value;... after it.`);
  }
  const [, host] = place;
  const port = place.at(2) === undefined ? usualPort : Number(place[2]);
  if (port < 1 || port > 65_535) throw wrong(said`A port is between 1 and 65535, not ${port}.`);
  const values = parameters(parts.at(2) ?? '');
  const take = (name: string): string | undefined => {
    const value = values.get(name);
    values.delete(name);
    return given(value);
  };
  const token = take('token') ?? given(environment[tokenVariable]);
  const ssl = take('use_ssl')?.toLowerCase();
  if (ssl !== undefined && ssl !== 'true' && ssl !== 'false') throw wrong(said`use_ssl is true or false.`);
  const isLocal = local.test(host);
  const secure = ssl === undefined ? token !== undefined && !isLocal : ssl === 'true';
  if (token !== undefined && !secure && !isLocal) {
    throw wrong(said`A token is only sent over TLS: remove use_ssl=false.`);
  }
  const user = take('user_id') ?? given(environment.USER) ?? given(environment.USERNAME) ?? 'rowriver';
  for (const known of ['user_agent', 'session_id', 'grpc_max_message_size']) values.delete(known);
  for (const [name, value] of values) {
    if (!/^[a-z0-9_.-]+$/i.test(name) || !/^[\x20-\x7e]*$/.test(value)) {
      throw wrong(said`The name or value of a parameter cannot be sent as a header.`);
    }
  }
  return { host, port, secure, token, user, headers: Object.fromEntries(values), shown: `${host}:${port}` };
}

/** Whether it is the computer that asks, which sees the same files. */
export function isThisComputer({ host }: SparkAddress): boolean {
  return local.test(host);
}

/** What is empty is not given. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function parameters(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals < 1) throw wrong(said`Parameters of a Spark Connect address are written name=value.`);
    try {
      found.set(part.slice(0, equals), decodeURIComponent(part.slice(equals + 1)));
    } catch {
      throw wrong(said`The value of a parameter is not percent-encoded correctly.`);
    }
  }
  return found;
}

function wrong(message: Said): RemoteError {
  return new RemoteError('connection-string', message);
}
