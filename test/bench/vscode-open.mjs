// Opens and filters a large file in a real VS Code and measures what the user and the extension host feel of it:
// time to the first rows, bytes read before they show, memory while filtering.
//
//   node test/bench/vscode-open.mjs [GB]     (10 by default; needs that much disk, and Linux)
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { launch, workbenchAddress } from '../vscode/browser.mjs';
import { install } from '../vscode/install.mjs';
import { main, node, npm, root } from '../vscode/project.mjs';
import { withServer } from '../vscode/server.mjs';
import { extensionHost, Meter } from './meter.mjs';

const bytes = Number(process.argv[2] ?? 10) * 1e9;

await main(async () => {
  const installed = await install();
  const home = await mkdtemp(join(tmpdir(), 'rowriver-bench-'));
  const folder = join(root, '.vscode-test/bench');
  const file = join(folder, 'requests.jsonl');
  try {
    await npm(['run', '--silent', 'package']);
    await mkdir(join(folder, '.vscode'), { recursive: true });
    await writeFile(
      join(folder, '.vscode/settings.json'),
      JSON.stringify({ 'workbench.editorAssociations': { '*.jsonl': 'rowriver.preview' } }),
    );
    await node('dist/sample.js', [join(folder, 'small.jsonl'), '1e6']);
    await node('dist/sample.js', [file, String(bytes)]);
    await withServer({ installed, home, vsix: join(root, 'out/rowriver.vsix') }, (server) =>
      measure(installed, server, folder, file),
    );
  } finally {
    await rm(home, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
});

async function measure(installed, { origin, pid }, folder, file) {
  const browser = await launch(installed);
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(workbenchAddress(origin, folder));
    const host = await extensionHost(pid);
    const meter = new Meter(host);
    const { size } = await stat(file);
    console.log(`\n${(size / 1e9).toFixed(2)} GB, extension host ${host}`);

    // VS Code is up, and the extension with it, when a first file shows.
    await open(page, meter, 'small.jsonl');
    await closeAll(page);
    const first = await open(page, meter, 'requests.jsonl');
    report('First rows', first);
    await indexed(page);
    const { resident } = meter.now();
    console.log(`Indexed: resident ${mb(resident)} MB, before opening ${mb(first.before.resident)} MB`);
    await closeAll(page);
    report('First rows, opened again', await open(page, meter, 'requests.jsonl'));

    for (const [how, pixels] of [
      ['wheel', 120],
      ['thumb', 20_011],
    ]) {
      const frames = await scrollThrough(page, pixels);
      const slow = frames.filter((ms) => ms > 50).length;
      const [median, longest] = [frames.at(frames.length >> 1), frames.at(-1)];
      console.log(
        `Scrolling as by the ${how}, ${frames.length} frames: median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, ${slow} over 50 ms`,
      );
    }

    for (const query of ["status >= 500 AND user.country = 'DE'", "agent = 'curl' AND ms > 5000"]) {
      const before = meter.now();
      meter.resetPeak();
      const start = performance.now();
      const box = frame(page).getByRole('textbox', { name: 'Filter' });
      await box.fill(query);
      await page.keyboard.press('Escape');
      await box.focus();
      await page.keyboard.press('Enter');
      await frame(page).getByRole('button', { name: 'Cancel' }).first().waitFor();
      await frame(page).locator('.matches').waitFor();
      const counted = performance.now() - start;
      await frame(page)
        .getByRole('button', { name: 'Cancel' })
        .first()
        .waitFor({ state: 'detached', timeout: 600_000 });
      const seconds = (performance.now() - start) / 1000;
      console.log(
        `Filter ${query}: first count ${counted.toFixed(0)} ms, all ${seconds.toFixed(1)} s (${(size / 1e9 / seconds).toFixed(2)} GB/s), ` +
          `${await frame(page).locator('.matches').innerText()}; ` +
          `resident ${mb(before.resident)} MB before, ${mb(meter.peak)} MB at most: +${mb(meter.peak - before.resident)} MB`,
      );
    }
    await page.screenshot({ path: join(root, 'out/screenshots/bench.png') });
    meter.close();
  } finally {
    await browser.close();
  }
}

/** Longer than the engine outlives its last file, so that the next one starts it. */
async function closeAll(page) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget:visible input.input').fill('>View: Close All Editors');
  await page
    .locator('.quick-input-list')
    .getByRole('option', { name: 'View: Close All Editors' })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.locator('iframe.webview').waitFor({ state: 'detached' });
  await setTimeout(7000);
}

/** Opens a file by a double click; answers when its first row shows, and what was read by then. */
async function open(page, meter, name) {
  const before = meter.now();
  const start = Date.now();
  await page.getByRole('treeitem', { name, exact: true }).dblclick();
  await frame(page).locator('[role=row][aria-rowindex="2"] [role=gridcell]').first().waitFor();
  const shown = Date.now();
  return { before, ms: shown - start, after: meter.at(shown) };
}

function report(title, { before, ms, after }) {
  console.log(
    `${title}: ${ms} ms; read by then ${mb(after.read - before.read)} MB, the engine's own code included`,
  );
}

/** Scrolls once a frame; answers the milliseconds between frames, ascending. */
async function scrollThrough(page, pixels) {
  const times = await frame(page)
    .locator('.scroller')
    .evaluate(
      (scroller, { pixels, count }) =>
        new Promise((done) => {
          const times = [];
          const step = (now) => {
            times.push(now);
            scroller.scrollBy(0, pixels);
            if (times.length <= count) requestAnimationFrame(step);
            else done(times);
          };
          requestAnimationFrame(step);
        }),
      { pixels, count: 300 },
    );
  return times
    .slice(1)
    .map((time, index) => time - times[index])
    .sort((a, b) => a - b);
}

/** Waits for the background pass over the file. */
async function indexed(page) {
  await frame(page)
    .locator('.footer', { hasText: '% read' })
    .waitFor({ state: 'detached', timeout: 900_000 });
}

function frame(page) {
  return page.locator('iframe.webview:visible').contentFrame().locator('#active-frame').contentFrame();
}

function mb(value) {
  return (value / 1e6).toFixed(1);
}
