import { workspace, type Memento, type SecretStorage, type Uri } from 'vscode';
import { connectionOf, type SparkConnection } from './sparkConnection.ts';

/** How a file was run last. */
export interface LastRun {
  readonly label: string;
  /** Where the cluster saw it; undefined: at the same path as here. */
  readonly path?: string | undefined;
}

interface NamedConnection {
  readonly name?: unknown;
  readonly address?: unknown;
  readonly folders?: unknown;
}

/** An address that was used. Secret as a whole: its parameters can be as good as a token. */
interface KeptAddress {
  readonly address: string;
  readonly token?: string | undefined;
  /** It was typed, and not taken from the settings. */
  readonly typed: boolean;
}

const secretsKey = 'spark';
const runsKey = 'spark';
/** The one used longest ago is forgotten first. */
const addressesKept = 20;
const runsKept = 100;

type KeptRuns = readonly (readonly [file: string, last: LastRun])[];

/** The connections of the settings and those that were typed, with their tokens; and which one a file was run on. */
export class SparkConnections {
  readonly #secrets: SecretStorage;
  readonly #state: Memento;

  constructor(secrets: SecretStorage, state: Memento) {
    this.#secrets = secrets;
    this.#state = state;
  }

  /** Those of the settings first. One that is written wrongly is left out. */
  async all(): Promise<readonly SparkConnection[]> {
    const kept = await this.#kept();
    const named = workspace
      .getConfiguration('rowriver')
      .get<readonly NamedConnection[]>('spark.connections', []);
    const ofSettings = named.flatMap(({ name, address, folders }) => {
      if (typeof name !== 'string' || typeof address !== 'string') return [];
      const connection = connectionOf(address, { name, folders: foldersOf(folders) });
      if (!connection) return [];
      // A token belongs to the address that it was entered for, whatever that is called now.
      const token = connection.token ?? kept.find((one) => one.address === connection.address)?.token;
      return [{ ...connection, token }];
    });
    const known = new Set(ofSettings.map(({ address }) => address));
    const typed = kept.flatMap(({ address, token, typed }) => {
      const connection = typed && !known.has(address) ? connectionOf(address) : undefined;
      return connection ? [{ ...connection, token }] : [];
    });
    return [...ofSettings, ...typed];
  }

  /** Keeps a connection that is used now, with its token. */
  async keep({ address, token, isNamed }: SparkConnection): Promise<void> {
    const others = (await this.#kept()).filter((one) => one.address !== address);
    const own: KeptAddress = { address, token, typed: !isNamed };
    await this.#secrets.store(secretsKey, JSON.stringify([own, ...others].slice(0, addressesKept)));
  }

  lastOf(file: Uri): LastRun | undefined {
    return this.#runs().find(([name]) => name === file.toString())?.[1];
  }

  async keepLast(file: Uri, last: LastRun): Promise<void> {
    const others = this.#runs().filter(([name]) => name !== file.toString());
    const kept: KeptRuns = [[file.toString(), last] as const, ...others];
    await this.#state.update(runsKey, kept.slice(0, runsKept));
  }

  #runs(): KeptRuns {
    return this.#state.get<KeptRuns>(runsKey) ?? [];
  }

  async #kept(): Promise<readonly KeptAddress[]> {
    const text = await this.#secrets.get(secretsKey);
    return text === undefined ? [] : (JSON.parse(text) as readonly KeptAddress[]);
  }
}

function foldersOf(value: unknown): SparkConnection['folders'] {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([local, remote]) => (typeof remote === 'string' ? [[local, remote]] : [])),
  );
}
