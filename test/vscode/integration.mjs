// Runs test/integration inside the extension host of a real VS Code; with `-g PATTERN` those whose names match.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, remote, workbenchAddress } from './browser.mjs';
import { install } from './install.mjs';
import { ended, Failed, main, root } from './project.mjs';
import { withServer } from './server.mjs';

/** Long enough for the slowest machine; a hung workbench ends here. */
const limitMs = 10 * 60_000;

const pattern = process.argv[2] === '-g' ? process.argv[3] : '';

await main(async () => {
  const installed = await install();
  const home = await mkdtemp(join(tmpdir(), 'rowriver-integration-'));
  const report = join(home, 'report');
  const folder = join(home, 'folder');
  await mkdir(folder);
  try {
    const { code, log } = await withServer(
      {
        installed,
        home,
        flags: ['--enable-smoke-test-driver'],
        env: { ROWRIVER_REPORT: report, ROWRIVER_GREP: pattern, ROWRIVER_TRUST: '1' },
      },
      ({ origin }) => runTests(installed, origin, folder),
    );
    if (existsSync(report)) console.log(readFileSync(report, 'utf8'));
    else console.log(log);
    if (code !== 0) throw new Failed(`The integration tests ended with ${String(code)}.`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** Opens the workbench, which runs the tests because its address says so; answers their exit code and its log. */
async function runTests(installed, origin, folder) {
  const browser = await launch(installed);
  let log = '';
  let timer;
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const code = await new Promise((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Failed(`No result after ${limitMs / 60_000} minutes.\n${log}`)),
        limitMs,
      );
      ended.addEventListener('abort', () => reject(ended.reason), { once: true });
      page.once('crash', () => reject(new Failed(`The workbench crashed.\n${log}`)));
      const open = async () => {
        await page.exposeFunction('codeAutomationExit', resolve);
        await page.exposeFunction('codeAutomationLog', (_, args) => (log += `${args.join(' ')}\n`));
        await page.addInitScript(trustWhenAsked);
        await page.goto(
          workbenchAddress(origin, folder, {
            extensionDevelopmentPath: remote(origin, root),
            extensionTestsPath: remote(origin, join(root, 'test/vscode/host.cjs')),
          }),
        );
      };
      open().catch(reject);
    });
    return { code, log };
  } finally {
    clearTimeout(timer);
    await browser.close();
  }
}

/** Runs in the workbench, and clicks as the person does: trusts the folder once a test shows the page for that. */
function trustWhenAsked() {
  const look = () => {
    const page = document.querySelector('.workspace-trust-editor');
    const buttons = [...(page?.querySelectorAll('.monaco-button') ?? [])];
    const button = buttons.find(({ textContent }) => textContent.trim() === 'Trust');
    if (!button || button.dataset.clicked) return;
    button.dataset.clicked = 'yes';
    button.click();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}
