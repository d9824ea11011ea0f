import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rangeOf, recordLine, recordsOf, serve, TestServer } from '../support/httpServer.ts';
import { Workbench } from './workbench.ts';

describe('an address in the workbench', () => {
  const count = 1_000_000;
  const content = recordsOf(count);
  let server: TestServer;
  let workbench: Workbench;
  /** Bytes that were asked for. */
  let asked = 0;
  /** The server breaks off after 4 MB, whenever it is asked. */
  let broken = true;

  before(async () => {
    server = await TestServer.start((request, response) => {
      response.once('close', () => (asked += Number(response.getHeader('content-length') ?? 0)));
      const [from] = rangeOf(request, content.size) ?? [0];
      if (request.url === '/logs/broken.jsonl') {
        serve(request, response, content, {
          etag: '"a"',
          cutAfter: broken ? Math.max(0, 4_000_050 - from) : undefined,
        });
      } else if (request.url === '/logs/open.jsonl') {
        serve(request, response, content, { etag: '"a"' });
      } else if (request.url === '/logs/token.jsonl') {
        if (request.headers.authorization === 'Bearer t0ken')
          serve(request, response, content, { etag: '"a"' });
        else response.writeHead(401).end();
      } else if (request.headers.authorization !== `Basic ${Buffer.from('me:pw123').toString('base64')}`) {
        response.writeHead(401).end();
      } else if (request.url === '/logs/today.jsonl?token=s3cret') {
        serve(request, response, content, { etag: '"a"' });
      } else {
        response.writeHead(404).end();
      }
    });
    workbench = await Workbench.open();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('address-failed');
  });

  after(async () => {
    await workbench.close();
    await server.close();
  });

  async function enterAddress(text: string): Promise<void> {
    const input = workbench.page.locator('.quick-input-widget:visible input.input');
    await workbench.command('Rowriver: Open URL...');
    await workbench.page.getByText('Open URL', { exact: true }).waitFor();
    await input.fill(text);
  }

  it('says what is wrong with what is typed', async () => {
    await enterAddress('ftp://example.org/x.csv');
    await workbench.page.getByText('Only http and https addresses can be opened.').waitFor();
    await workbench.screenshot('address-asked');
    await workbench.page.keyboard.press('Escape');
  });

  it('is opened with a header that is asked for on its own and not shown', async () => {
    await enterAddress(server.url('/logs/token.jsonl'));
    await workbench.page.locator('.quick-input-widget:visible .codicon-key').click();
    await workbench.page.getByText('A header for', { exact: false }).first().waitFor();
    const input = workbench.page.locator('.quick-input-widget:visible input.input');
    assert.equal(await input.getAttribute('type'), 'password');
    await input.fill('Authorization: Bearer t0ken');
    await workbench.page.keyboard.press('Enter');
    const preview = await workbench.previewInFront('token.jsonl');
    await preview.row(1).waitFor();
    assert.deepEqual((await preview.cells(1)).slice(0, 3), ['1', '0', '503']);
    const tab = workbench.tab(/token\.jsonl/);
    assert.doesNotMatch(`${await tab.innerHTML()} ${await tab.getAttribute('aria-label')}`, /t0ken|Bearer/);
  });

  it('is opened, filtered and exported, and its secrets are not shown', async () => {
    asked = 0;
    await enterAddress(server.url('/logs/today.jsonl?token=s3cret', 'me:pw123@'));
    await workbench.page.keyboard.press('Enter');
    const preview = await workbench.previewInFront('today.jsonl');
    await preview.row(1).waitFor();
    assert.deepEqual((await preview.cells(1)).slice(0, 3), ['1', '0', '503']);
    // What is remote is read no further than somebody looks: the status bar says when nothing is read any more.
    const status = workbench.page.locator('.statusbar-item', { hasText: /about [\d,]+ records/ });
    await status.waitFor();
    await status.locator('.codicon-modifier-spin').waitFor({ state: 'detached' });
    assert.ok(asked < content.size / 20, `${asked} bytes of ${content.size}`);
    await workbench.screenshot('address-opened');
    const tab = workbench.tab(/today\.jsonl/);
    assert.doesNotMatch(`${await tab.innerHTML()} ${await tab.getAttribute('aria-label')}`, /s3cret|pw123/);

    await preview.filter('id < 100 AND status >= 500');
    await preview.matches.filter({ hasText: '3 of 1,000,000 records match' }).waitFor();
    await workbench.screenshot('address-filtered');
    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'out.jsonl');
    await workbench.chooseFile(join(workbench.folder, 'today.filtered.jsonl'), target);
    await workbench.notification('Exported 3 records').waitFor();
    assert.equal(await readFile(target, 'utf8'), [0, 40, 80].map(recordLine).join(''));
  });

  it('comes back after a restart', async () => {
    await workbench.command('View: Close All Editors');
    await enterAddress(server.url('/logs/open.jsonl'));
    await workbench.page.keyboard.press('Enter');
    await (await workbench.previewInFront('open.jsonl')).row(1).waitFor();
    await workbench.kept('open.jsonl');
    await workbench.page.reload();
    const preview = await workbench.previewInFront('open.jsonl');
    await preview.row(2).waitFor();
    assert.deepEqual((await preview.cells(2)).slice(0, 3), ['2', '1', '200']);
  });

  it('shows what there is where the server gives out, and goes on from there', async () => {
    await workbench.command('View: Close All Editors');
    await enterAddress(server.url('/logs/broken.jsonl'));
    await workbench.page.keyboard.press('Enter');
    const preview = await workbench.previewInFront('broken.jsonl');
    await preview.row(1).waitFor();
    await preview.filter('status >= 500');
    await preview.frame.getByText('was interrupted at byte 4,000,050 of 100,000,000').first().waitFor();
    assert.deepEqual((await preview.cells(2)).slice(0, 3), ['41', '40', '503']);
    await workbench.screenshot('address-broken');

    await workbench.command('Rowriver: Export Filtered Subset...');
    const target = join(workbench.folder, 'broken.out.jsonl');
    await workbench.chooseFile(join(workbench.folder, 'broken.filtered.jsonl'), target);
    await workbench.notification('Export failed').waitFor();
    await workbench.screenshot('address-export-failed');
    broken = false;
    await workbench.answer('Export failed', 'Resume');
    await workbench.notification('Exported 25,000 records').waitFor();
    assert.equal((await stat(target)).size, 2_500_000);

    await preview.frame.getByRole('button', { name: 'Try Again' }).first().click();
    await preview.matches.filter({ hasText: '25,000 of 1,000,000 records match' }).waitFor();
    await workbench.screenshot('address-mended');
  });

  it('says why there is nothing to show', async () => {
    await enterAddress(server.url('/nothing.csv', 'me:pw123@'));
    await workbench.page.keyboard.press('Enter');
    const shown = workbench.page.locator('iframe.webview:visible').contentFrame();
    const frame = shown.locator('#active-frame').contentFrame();
    await frame.getByText('there is nothing at this address (404 Not Found)').waitFor();
    await workbench.screenshot('address-missing');
  });
});
