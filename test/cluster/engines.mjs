// The engines that the answers are compared with, each on this computer's loopback, in an ignored folder and of a version that is
// written down here. Where one cannot be had, that is said, and it is not asked.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, signalGroup, start } from '../vscode/project.mjs';

const versions = { pysail: '0.7.2', pyspark: '4.0.1' };
/** Spark runs on Java 17 and newer. */
const oldestJava = 17;
/** What takes longer than this to be fetched, or to start, is not there. */
const installLimitMs = 10 * 60_000;
const startLimitMs = 3 * 60_000;

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {string} address host and port
 * @property {(() => void)[]} workers each ends one of the processes that do the work, as a power cut would
 * @property {() => void} fail ends the server in the same way
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Engine | undefined>} Sail as a cluster of two workers, all in one process */
export async function startSail() {
  const python = installed('pysail');
  if (python === undefined) return undefined;
  const port = await freePort();
  const args = ['-m', 'pysail', 'spark', 'server', '--ip', '127.0.0.1', '--port', String(port)];
  const env = { ...process.env, SAIL_MODE: 'local-cluster', SAIL_CLUSTER__WORKER_INITIAL_COUNT: '2' };
  const server = start(python, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  await said(server, 'Starting the Spark Connect server');
  return {
    name: `Sail ${versions.pysail}, two workers`,
    address: `127.0.0.1:${port}`,
    workers: [],
    fail: () => kill(server),
    close: () => server.stop(),
  };
}

/**
 * Spark in four processes that share the work as on a cluster: a master, two workers, each with an executor, and the Connect server, which
 * is the driver.
 *
 * @param {string} folder where they may write
 * @returns {Promise<Engine | undefined>}
 */
export async function startSpark(folder) {
  if (!hasJava()) return undefined;
  const python = installed('pyspark');
  if (python === undefined) return undefined;
  const home = homeOf(python);
  const env = { ...process.env, SPARK_HOME: home, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: python };
  const port = await freePort();
  const started = [];
  const begin = async (program, args, words) => {
    const options = { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, env };
    const server = start(join(home, 'bin', program), args, options);
    started.push(server);
    await said(server, words);
    return server;
  };
  const close = async () => {
    for (const server of started.toReversed()) await server.stop();
  };
  try {
    const master = `127.0.0.1:${await freePort()}`;
    const deploy = 'org.apache.spark.deploy';
    const here = ['--host', '127.0.0.1'];
    await begin(
      'spark-class',
      [`${deploy}.master.Master`, ...here, '--port', master.split(':')[1], '--webui-port', '0'],
      'New state: ALIVE',
    );
    const workers = [];
    for (const name of ['one', 'two']) {
      const resources = ['-c', '1', '-m', '900M', '-d', join(folder, name)];
      const worker = [`${deploy}.worker.Worker`, ...here, '--webui-port', '0', ...resources];
      workers.push(
        await begin('spark-class', [...worker, `spark://${master}`], 'Successfully registered with master'),
      );
    }
    const settings = {
      'spark.driver.memory': '900m',
      'spark.executor.memory': '700m',
      'spark.ui.enabled': 'false',
      'spark.connect.grpc.binding.address': '127.0.0.1',
      'spark.connect.grpc.binding.port': String(port),
      // Both executors are there before a query is asked.
      'spark.scheduler.minRegisteredResourcesRatio': '1.0',
      'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    };
    const confs = Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
    const driver = await begin(
      'spark-submit',
      [
        ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
        ...['--name', 'connect', '--master', `spark://${master}`],
        ...confs,
        'spark-internal',
      ],
      'Spark Connect server started at',
    );
    return {
      name: `Spark ${versions.pyspark}, two workers`,
      address: `127.0.0.1:${port}`,
      workers: workers.map((worker) => () => kill(worker)),
      fail: () => kill(driver),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A line between a client and a server, which is cut so often: whenever the server has sent so many bytes more. */
export async function startLine(address, most, every) {
  const [host, port] = address.split(':');
  const sockets = new Set();
  const line = { address: '', cuts: 0, close: undefined };
  let left = every;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const there = connect(Number(port), host);
    for (const socket of [client, there]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          there.destroy();
        });
    }
    client.pipe(there);
    there.on('data', (chunk) => {
      left -= chunk.length;
      if (left > 0 || line.cuts === most) return;
      left = every;
      line.cuts++;
      cut();
    });
    there.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  line.address = `127.0.0.1:${server.address().port}`;
  line.close = async () => {
    cut();
    server.close();
    await once(server, 'close');
  };
  return line;
}

/** The whole group, at once: what a process could still do in its last moment it does not do here. */
function kill({ child }) {
  signalGroup(child, 'SIGKILL');
}

/** Waits until a server has said it; it has ended before that: then it says why. */
async function said({ child, exit, stop }, words) {
  const last = [];
  const limit = setTimeout(() => void stop(), startLimitMs);
  try {
    if (await hasSaid(child, words, last)) return;
  } finally {
    clearTimeout(limit);
  }
  await exit;
  throw new Error(`It ended before it said "${words}":\n${last.join('\n')}`);
}

/** @param last takes the last lines that it says */
async function hasSaid(child, words, last) {
  for await (const text of createInterface({ input: child.stderr })) {
    if (text.includes(words)) {
      child.stderr.resume();
      return true;
    }
    last.push(text);
    if (last.length > 20) last.shift();
  }
  return false;
}

/** The Python of this computer; undefined, and said, where there is none. */
function hasPython(name) {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  if (spawnSync(python, ['--version']).status === 0) return python;
  console.log(`Not tested: ${name} needs Python.`);
  return undefined;
}

/** Python with a package, in an ignored folder; undefined, and said, where it cannot be had. */
function installed(name) {
  const version = versions[name];
  const target = join(root, '.vscode-test', `${name}-${version}`);
  const python = join(target, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(target, 'installed');
  if (existsSync(done)) return python;
  const base = hasPython(name);
  if (base === undefined) return undefined;
  const options = { stdio: 'pipe', timeout: installLimitMs };
  try {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(join(root, '.vscode-test'), { recursive: true });
    execFileSync(base, ['-m', 'venv', target], options);
    // Spark comes as source, with nothing to compile.
    const wheels = name === 'pysail' ? ['--only-binary', ':all:'] : [];
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...wheels, `${name}==${version}`], options);
    writeFileSync(done, '');
    return python;
  } catch (error) {
    const reason = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .at(-1);
    console.log(`Not tested: ${name} cannot be installed (${reason}).`);
    return undefined;
  }
}

function hasJava() {
  if (process.platform === 'win32') {
    console.log('Not tested: Spark is started by its scripts for Linux and macOS.');
    return false;
  }
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const [, version] = /version "(\d+)/.exec(stderr ?? '') ?? [];
  if (Number(version) >= oldestJava) return true;
  console.log(`Not tested: Spark needs Java ${oldestJava} or newer.`);
  return false;
}

function homeOf(python) {
  const library = join(python, '..', '..', 'lib');
  const [name] = readdirSync(library).filter((entry) => entry.startsWith('python'));
  return join(library, name, 'site-packages', 'pyspark');
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
