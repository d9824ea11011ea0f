// `.ci/run`: tries the README's two commands as a newcomer has them. They run in a clean clone of what is committed
// here, with an empty home and a PATH that has node, npm, git and a shell and nothing else; npm's cache alone is this
// machine's, so that nothing is downloaded again. What needs more than that, such as Python and Java, is tried afterwards. Ends with the sum of all tests, in which `npm start` counts as
// one. With --start it tries that alone.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ended, Failed, main, root, run, say, start, tallied } from './project.mjs';

/** Long enough for the slowest machine and network; what hangs ends here. */
const startLimitMs = 15 * 60_000;

/** Tests that pass over what this machine may have and a newcomer need not: jq, gzip, zstd, mkfifo. */
const withPeers = [
  'oracle/print',
  'sink/compressedSink',
  'source/compressed/zstd',
  'source/pipe',
  'source/file',
  'dataset/offsets',
  'cli/cli',
];

await main(async () => {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'rowriver-newcomer-')));
  const [clone, home, bin] = ['rowriver', 'home', 'bin'].map((name) => join(folder, name));
  try {
    const changed = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout;
    if (changed !== '') console.error(`Not committed, and so not tried:\n${changed}`);
    say('Cloning');
    await run('git', ['clone', '--quiet', root, clone]);
    await mkdir(home);
    await mkdir(bin);
    for (const program of ['node', 'npm', 'git', 'sh']) await symlink(onPath(program), join(bin, program));
    const env = newcomersEnvironment(home, bin);

    const sum = { passed: 0, failed: 0, reasons: [] };
    try {
      await tryStart(clone, env);
      sum.passed++;
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
      sum.failed++;
      sum.reasons.push(`npm start: ${String(error)}`);
    }
    ended.throwIfAborted();
    if (process.argv.includes('--start')) return;
    say('npm test');
    const tests = await npmTest(clone, env, folder);
    const peers = await testsWithPeers(clone, folder);
    say('npm run test:cluster');
    const cluster = await testsOnCluster(clone, folder);
    for (const { code, passed, failed, reasons } of [tests, peers, cluster]) {
      sum.passed += passed;
      sum.failed += failed;
      sum.reasons.push(...reasons);
      if (code !== 0) process.exitCode = 1;
    }
    // Once more at the end, which is all that is seen of a long run at times.
    if (sum.reasons.length > 0) console.log(`\nFailed:\n\n${sum.reasons.join('\n\n')}\n`);
    console.log(`${sum.passed} passed, ${sum.failed} failed`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The path of a program of this machine, with all links followed: npm finds its library beside that. */
function onPath(program) {
  if (program === 'node') return process.execPath;
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    try {
      const path = join(folder, program);
      accessSync(path, constants.X_OK);
      return realpathSync(path);
    } catch {
      // Not in this folder.
    }
  }
  throw new Failed(`${program} is not on the PATH.`);
}

/** What says how to reach the network stays; all else is as on the first day. */
function newcomersEnvironment(home, bin) {
  const kept =
    /^(CI|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy|npm_config_registry)$/i;
  const cache = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).stdout.trim();
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name))),
    HOME: home,
    PATH: bin,
    npm_config_cache: cache,
  };
}

function testsWithPeers(clone, folder) {
  const files = withPeers.map((name) => `out/test/unit/${name}.test.js`);
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter', 'test/vscode/reporter.cjs', ...files];
  return onThisMachine(clone, join(folder, 'peers'), args);
}

/** Real servers of Spark Connect, where there is Python for them, and Java for Spark; it says which are not there. */
function testsOnCluster(clone, folder) {
  return onThisMachine(clone, join(folder, 'cluster'), ['test/cluster/all.mjs']);
}

/** Runs tests in the clone with all that this machine has. */
async function onThisMachine(clone, tally, args) {
  const { exit } = start(process.execPath, args, {
    cwd: clone,
    env: { ...process.env, ROWRIVER_TALLY: tally },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await exit;
  return { code, ...tallied(tally) };
}

/** Follows what `npm start` says to its address, opens that in a browser, and ends it. */
async function tryStart(clone, env) {
  say('npm start');
  const began = performance.now();
  const { child, exit, stop } = start('npm', ['start'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(stop, startLimitMs);
  try {
    const address = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        console.log(`  ${line}`);
        const found = /^ *(http:\S+)$/.exec(line);
        if (found) resolve(found[1]);
      });
      exit.then(
        ([code]) => reject(new Failed(`npm start ended with ${code} before it had an address.`)),
        reject,
      );
    });
    await seeFirstRows(clone, address);
    // To npm alone, as a process manager does it: it must pass that on.
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    // Its output closes when the last process that writes there has ended.
    await closed;
    const left = leftOver(env.HOME);
    if (left.length > 0) throw new Failed(`npm start has left processes behind:\n${left.join('\n')}`);
    say(`npm start: ${((performance.now() - began) / 1000).toFixed(0)} s, and nothing left behind`);
  } finally {
    clearTimeout(timer);
    await stop();
  }
}

/** Chooses requests.jsonl in the explorer, and compares what the preview shows with the file's first lines. */
async function seeFirstRows(clone, address) {
  const { install } = await import(join(clone, 'test/vscode/install.mjs'));
  const { launch } = await import(join(clone, 'test/vscode/browser.mjs'));
  const browser = await launch(await install());
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(120_000);
    await page.goto(address);
    const file = page.locator('.explorer-folders-view').getByRole('treeitem', { name: 'requests.jsonl' });
    await file.waitFor();
    await file.dblclick();
    const preview = page
      .locator('iframe.webview:visible')
      .contentFrame()
      .locator('#active-frame')
      .contentFrame();
    for (const [index, id] of (
      await firstIds(join(clone, '.vscode-test/sample/requests.jsonl'), 5)
    ).entries()) {
      const row = preview.locator(`.row[aria-rowindex="${index + 2}"]:not([hidden])`);
      await row
        .locator('.cell:not(.pending)', { hasText: new RegExp(`^${id}$`) })
        .first()
        .waitFor();
    }
  } finally {
    await browser.close();
  }
}

async function firstIds(path, count) {
  const ids = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    ids.push(String(Object.values(JSON.parse(line))[0]));
    if (ids.length === count) break;
  }
  return ids;
}

/** The processes whose home is this one. */
function leftOver(home) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${home}\0`)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
      } catch {
        // It has ended by now, or is somebody else's.
        return [];
      }
    });
}

async function npmTest(clone, env, folder) {
  const tally = join(folder, 'tests');
  const { exit } = start('npm', ['test'], {
    cwd: clone,
    env: { ...env, ROWRIVER_TALLY: tally },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await exit;
  return { code, ...tallied(tally) };
}
