import { posix, relative, sep } from 'node:path';
import { parseSparkAddress, tokenVariable } from '../engine/remote/address.ts';
import { RemoteError } from '../engine/remote/remoteError.ts';

/** A Spark Connect server that a query can run on. */
export interface SparkConnection {
  /** Its name in the settings, or its host and port. */
  readonly label: string;
  /** Host and port. */
  readonly shown: string;
  /** Without a token. */
  readonly address: string;
  readonly token: string | undefined;
  /** Where the cluster sees folders of this machine. */
  readonly folders: Readonly<Record<string, string>>;
  /** Whether it is in the settings, and was not typed. */
  readonly isNamed: boolean;
}

/** What an address says, its token apart; undefined where it is none. */
export function connectionOf(
  text: string,
  named?: { readonly name: string; readonly folders: SparkConnection['folders'] },
): SparkConnection | undefined {
  try {
    const { shown, token } = parseSparkAddress(text);
    const address = withoutToken(text);
    return {
      label: named?.name ?? shown,
      shown,
      address,
      token,
      folders: named?.folders ?? {},
      isNamed: named !== undefined,
    };
  } catch (error) {
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
}

/** Whether a token may be sent to an address. @throws RemoteError where not */
export function checkToken(address: string, token: string): void {
  parseSparkAddress(address, { [tokenVariable]: token });
}

/** Where the cluster sees a file; undefined where no folder that holds it is mapped. */
export function mappedPath(file: string, folders: SparkConnection['folders']): string | undefined {
  let found: string | undefined;
  let length = -1;
  for (const [local, remote] of Object.entries(folders)) {
    const rest = relative(local, file);
    const isOutside = rest === '..' || rest.startsWith(`..${sep}`) || rest === file;
    if (isOutside || local.length <= length) continue;
    length = local.length;
    found = `${remote.replace(/\/+$/, '')}/${rest.split(sep).join(posix.sep)}`;
  }
  return found;
}

/** A connection string without its token, which is kept apart. */
function withoutToken(text: string): string {
  const [place, ...parameters] = text.trim().split(';');
  return [place, ...parameters.filter((one) => !one.startsWith('token='))].join(';');
}
