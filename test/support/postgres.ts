import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdtempSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

const debian = '/usr/lib/postgresql';

/** The folder of PostgreSQL's programs, where they are installed. */
export function postgresPrograms(): string | undefined {
  let versions: string[] = [];
  try {
    versions = readdirSync(debian).map((version) => join(debian, version, 'bin'));
  } catch {
    // Not a system that keeps them there.
  }
  return [...versions, ...(process.env.PATH ?? '').split(delimiter)].find((folder) =>
    ['initdb', 'postgres'].every((program) => isProgram(join(folder, program))),
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A PostgreSQL server of the tests, reached through a socket in its folder. */
export class TestPostgres {
  static readonly password = 'sec:r/et @1';
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  static async start(programs: string): Promise<TestPostgres> {
    // Not below a long path: that of a socket has about 100 bytes.
    const folder = mkdtempSync('/tmp/rowriver-pg-');
    const data = join(folder, 'data');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${this.password}\n`);
    // The server does not run as root.
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: nobody, gid: nobody } : {};
    if (isRoot) for (const path of [folder, passwordFile]) chownSync(path, nobody, nobody);
    chmodSync(folder, 0o711);
    const made = [...['-D', data, '-U', 'rower', '-A', 'scram-sha-256'], `--pwfile=${passwordFile}`];
    execFileSync(join(programs, 'initdb'), [...made, '-N', '-E', 'UTF8', '--locale=C'], {
      ...user,
      cwd: folder,
      stdio: 'pipe',
    });
    const settings = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${folder}`];
    const server = spawn(
      join(programs, 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const started = new TestPostgres(folder, server);
    const said: string[] = [];
    for await (const line of createInterface({ input: server.stderr })) {
      said.push(line);
      if (line.includes('ready to accept connections')) {
        server.stderr.resume();
        return started;
      }
    }
    throw new Error(`PostgreSQL did not start: ${said.join('\n')}`);
  }

  get socket(): string {
    return join(this.#folder, '.s.PGSQL.5432');
  }

  get url(): string {
    return `postgres://rower:${encodeURIComponent(TestPostgres.password)}@localhost/postgres?host=${this.#folder}`;
  }

  /** Whoever asks for it ends it. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    return client;
  }

  /** The rows of an answer, as lists. */
  async ask(text: string): Promise<unknown[][]> {
    const client = await this.connect();
    try {
      const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
      return rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGQUIT');
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}

const nobody = 65_534;

/** Stands between a client and a server, and can break what goes through it. */
export class TestRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Called with what a client sends before it is passed on; answers what is done with it. */
  fromClient: (data: Buffer) => 'pass' | 'break' = () => 'pass';
  /** The same of what the server sends. */
  fromServer: (data: Buffer) => 'pass' | 'break' = () => 'pass';

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(socketPath: string): Promise<TestRelay> {
    const server = createServer();
    const relay = new TestRelay(server);
    server.on('connection', (client) => {
      const other = createConnection(socketPath);
      const breakBoth = (): void => {
        client.destroy();
        other.destroy();
      };
      for (const socket of [client, other]) {
        relay.#sockets.add(socket);
        socket.on('error', breakBoth).on('close', breakBoth);
      }
      client.on('data', (data) => {
        if (relay.fromClient(data) === 'break') breakBoth();
        else other.write(data);
      });
      other.on('data', (data) => {
        if (relay.fromServer(data) === 'break') breakBoth();
        else client.write(data);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `postgres://rower:${encodeURIComponent(TestPostgres.password)}@127.0.0.1:${port}/postgres`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
