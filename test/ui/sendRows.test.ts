import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { recordLine, TestServer } from '../support/httpServer.ts';
import { Workbench } from './workbench.ts';

describe('rows sent to a service', () => {
  let server: TestServer;
  let workbench: Workbench;
  const bodies: string[] = [];
  let isKnown = false;

  before(async () => {
    server = await TestServer.start((request, response) => {
      void text(request).then((body) => {
        const allowed = request.headers.authorization === 'Bearer t0ken' && isKnown;
        if (allowed) bodies.push(body);
        response.writeHead(allowed ? 200 : 401).end();
      });
    });
    const lines = Array.from({ length: 1000 }, (_, id) => recordLine(id)).join('');
    workbench = await Workbench.open({ files: { 'app.jsonl': lines } });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('send-failed');
  });

  after(async () => {
    await workbench.close();
    await server.close();
  });

  it('are those of the filter, after a question that says where they go and what is sent', async () => {
    const preview = await workbench.openPreview('app.jsonl');
    await preview.row(1).waitFor();
    await preview.filter('status >= 500');
    await preview.matches.filter({ hasText: '25 of 1,000 records match' }).waitFor();
    const input = workbench.page.locator('.quick-input-widget:visible input.input');
    await workbench.command('Rowriver: Send Rows to a Service...');
    await workbench.page.getByText('Send Rows to a Service', { exact: true }).waitFor();
    await input.fill('ftp://example.org');
    await workbench.page.getByText('Only http and https addresses can be opened.').waitFor();
    await input.fill(server.url('/in?key=s3cret'));
    await workbench.page.locator('.quick-input-widget:visible .codicon-key').click();
    await workbench.page.getByText('A header for', { exact: false }).first().waitFor();
    await input.fill('Authorization: Bearer t0ken');
    await workbench.page.keyboard.press('Enter');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('Send rows to this service?').waitFor();
    await dialog.getByText(server.url('/in')).waitFor();
    await dialog.getByText('status >= 500').waitFor();
    assert.doesNotMatch(await dialog.innerText(), /s3cret|t0ken/);
    await workbench.screenshot('send-asked');
    assert.equal(server.requests.length, 0);
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await workbench.notification('No rows were sent').waitFor();
    await workbench.screenshot('send-refused');
    isKnown = true;
    await workbench.answer('No rows were sent', 'Resume');
    // VS Code may show a notification for some seconds only, or not over the page at all; here it stays.
    await workbench.command('Notifications: Show Notifications');
    await workbench.page
      .locator('.notifications-center .notification-list-item', { hasText: 'accepted 25 rows.' })
      .waitFor();
    await workbench.screenshot('send-done');
    const sent = bodies
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly id: number }).id);
    assert.deepEqual(
      sent,
      Array.from({ length: 25 }, (_, at) => 40 * at),
    );
    assert.deepEqual((await readdir(workbench.folder)).sort(), ['.vscode', 'app.jsonl']);
  });
});
