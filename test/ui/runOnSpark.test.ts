import assert from 'node:assert/strict';
import { recordLine } from '../support/httpServer.ts';
import { SparkServer } from '../support/sparkServer.ts';
import { Workbench } from './workbench.ts';

describe('a query on Spark', () => {
  let server: SparkServer;
  let workbench: Workbench;
  let giveMore: () => void = () => undefined;

  before(async () => {
    server = await SparkServer.start();
    const lines = Array.from({ length: 1000 }, (_, id) => recordLine(id)).join('');
    // Those of a folder must not be taken: its author could have a token sent anywhere.
    const settings = {
      'rowriver.spark.connections': [{ name: 'Elsewhere', address: 'sc://elsewhere.example.org' }],
    };
    workbench = await Workbench.open({ files: { 'app.jsonl': lines }, settings });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('spark-failed');
  });

  after(async () => {
    await workbench.close();
    server.close();
  });

  it('shows its rows as they come, in a tab of its own, with where they come from', async () => {
    const more = new Promise<void>((resolve) => (giveMore = resolve));
    server.statement = async function* () {
      yield { tasks: 8, done: 3, read: 4e6 };
      for (let from = 0; from < 10_000; from += 1000)
        yield { ids: Array.from({ length: 1000 }, (_, at) => from + at) };
      await more;
      yield { ids: [10_000] };
    };
    const preview = await workbench.openPreview('app.jsonl');
    await preview.row(1).waitFor();
    await preview.filter('status >= 500');
    await preview.matches.filter({ hasText: '25 of 1,000 records match' }).waitFor();
    const input = workbench.page.locator('.quick-input-widget:visible input.input');
    await workbench.command('Rowriver: Run Query on Spark...');
    await workbench.page.getByText('The address of a Spark Connect server').first().waitFor();
    await input.fill('http://example.org');
    await workbench.page.getByText('A Spark Connect address is sc://host:port').waitFor();
    await workbench.screenshot('spark-address');
    await input.fill(server.address);
    await workbench.page.keyboard.press('Enter');
    const rows = await workbench.previewInFront(`app.jsonl on Spark: ${server.shown}`);
    const band = rows.frame.getByRole('group', { name: 'Query on a Cluster' });
    await band.getByText(`Running on ${server.shown} (Spark 4.0.1)`).waitFor();
    await band.getByText('status >= 500').waitFor();
    await band.getByText('3 of 8 tasks').waitFor();
    await workbench.screenshot('spark-running');
    await workbench.tab(`app.jsonl on Spark: ${server.shown}`).waitFor();
    giveMore();
    await band.getByText('10,001 rows, complete').waitFor();
    await workbench.screenshot('spark-done');
    await rows.filter('id >= 9000');
    await rows.matches.filter({ hasText: '1,001 of 10,001 records match' }).waitFor();
    assert.match(server.statements[0], />= 500/);
  });

  it('offers the connection again, and asks for the token that its server wants', async () => {
    server.token = 't0ken';
    server.statement = () => [{ ids: [1, 2, 3] }];
    await workbench.command('View: Close Editor');
    const preview = await workbench.previewInFront('app.jsonl');
    await preview.row(1).waitFor();
    const input = workbench.page.locator('.quick-input-widget:visible input.input');
    const choices = workbench.page.locator('.quick-input-list');
    await workbench.command('Rowriver: Run Query on Spark...');
    await choices.getByRole('option', { name: 'New Connection...' }).waitFor();
    await choices.getByRole('option', { name: server.shown }).waitFor();
    assert.equal(await choices.getByRole('option', { name: 'Elsewhere' }).count(), 0);
    await workbench.screenshot('spark-connections');
    await workbench.page.keyboard.press('Enter');
    await workbench.notification('refuses: Who is it?').waitFor();
    await workbench.screenshot('spark-refused');
    await workbench.answer('refuses: Who is it?', 'Enter Token');
    await workbench.page.getByText(`A token for ${server.shown}`).first().waitFor();
    await input.fill('t0ken');
    await workbench.screenshot('spark-token');
    await workbench.page.keyboard.press('Enter');
    const rows = await workbench.previewInFront(`app.jsonl on Spark: ${server.shown}`);
    await rows.frame.getByText('3 rows, complete').waitFor();
    assert.equal(await workbench.tab(`app.jsonl on Spark: ${server.shown}`).count(), 1);
    await workbench.screenshot('spark-allowed');
    // The file has a button for the cluster now, which asks for nothing.
    const again = await workbench.openPreview('app.jsonl');
    const button = again.frame.getByRole('button', { name: `Run on Spark: ${server.shown}` });
    await button.waitFor();
    await workbench.screenshot('spark-again');
    const before = server.statements.length;
    server.statement = () => [{ ids: [1, 2, 3, 4] }];
    await button.click();
    const anew = await workbench.previewInFront(`app.jsonl on Spark: ${server.shown}`);
    await anew.frame.getByText('4 rows, complete').waitFor();
    assert.equal(server.statements.length, before + 1);
    // The key is kept, and no window that comes back runs anything unasked.
    const asked = server.statements.length;
    await workbench.kept(`app.jsonl on Spark: ${server.shown}`);
    await workbench.page.reload();
    const frame = workbench.page.locator('iframe.webview:visible').contentFrame().locator('#active-frame');
    await frame
      .contentFrame()
      .getByText('These rows were kept only as long as the window was open.')
      .waitFor();
    await workbench.screenshot('spark-restored');
    assert.equal(server.statements.length, asked);
  });
});
