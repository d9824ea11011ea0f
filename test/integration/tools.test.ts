import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CancellationTokenSource,
  commands,
  ConfigurationTarget,
  EventEmitter,
  extensions,
  LanguageModelTextPart,
  lm,
  MarkdownString,
  TabInputCustom,
  Uri,
  window,
  workspace,
  type CancellationToken,
} from 'vscode';
import type { RowriverApi } from '../../src/api/api.ts';
import { questionAbout } from '../../src/extension/askAboutFile.ts';
import { LanguageTool } from '../../src/extension/languageTools.ts';
import { McpServers } from '../../src/extension/mcpServer.ts';
import { EngineHost } from '../../src/host/engineHost.ts';
import { toolDefinitions, toolNamed } from '../../src/protocol/toolDefinitions.ts';
import type { ToolName } from '../../src/protocol/tools.ts';

/** Only where the harness clicks "Trust": see test/vscode/integration.mjs. */
const canTrust = process.env.ROWRIVER_TRUST === '1';

describe('the tools in VS Code', () => {
  let inside = '';
  let outside = '';

  async function ask(name: ToolName, input: object, token?: CancellationToken): Promise<string> {
    const options = { toolInvocationToken: undefined, input };
    const { content } = await lm.invokeTool(`rowriver_${name}`, options, token);
    return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
  }

  before(async () => {
    await extensions.getExtension('rowriver.rowriver')?.activate();
    const folder = workspace.workspaceFolders?.at(0)?.uri.fsPath;
    assert.ok(folder);
    inside = join(folder, 'tools');
    await mkdir(inside);
    outside = await mkdtemp(join(tmpdir(), 'rowriver-outside-'));
    const lines = Array.from({ length: 3000 }, (_, id) => JSON.stringify({ id, status: id % 3 ? 200 : 503 }));
    await writeFile(join(inside, 'events.jsonl'), `${lines.join('\n')}\n`);
    await writeFile(join(outside, 'secret.csv'), 'word\nswordfish\n');
    await symlink(join(outside, 'secret.csv'), join(inside, 'link.csv'));
  });

  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await rm(inside, { recursive: true });
    await rm(outside, { recursive: true });
  });

  it('are all there, with their schemas', () => {
    for (const { name, description, input } of toolDefinitions) {
      const tool = lm.tools.find((other) => other.name === `rowriver_${name}`);
      assert.equal(tool?.description, description);
      assert.deepEqual(tool.inputSchema, input);
    }
  });

  it('answer nothing in Restricted Mode', async function () {
    if (workspace.isTrusted || !canTrust) this.skip();
    await assert.rejects(ask('describe_file', { path: 'tools/events.jsonl' }), /trusted folders only/);
    const trusted = new Promise<void>((resolve) => workspace.onDidGrantWorkspaceTrust(() => resolve()));
    await commands.executeCommand('workbench.trust.manage');
    await trusted;
  });

  it('describe a file of the workspace, by a path relative to it', async () => {
    const text = await ask('describe_file', { path: 'tools/events.jsonl' });
    assert.match(text, /^events\.jsonl: jsonl/);
    assert.match(text, /3,000 records/);
  });

  it('go on with a cursor', async () => {
    const input = { path: 'tools/events.jsonl', query: 'status = 503', max_rows: 600 };
    const first = await ask('query_file', input);
    assert.match(first, /rows 1-\d+ of 1,000/i);
    const [, cursor = ''] = /cursor:? "?([0-9a-f-]+)/i.exec(first) ?? [];
    const [, last = ''] = /rows 1-([\d,]+) of/i.exec(first) ?? [];
    const next = await ask('query_file', { ...input, cursor });
    assert.match(next, new RegExp(`rows ${Number(last.replace(',', '')) + 1}-`, 'i'));
  });

  it('read nothing outside of the workspace, neither by a path nor through a link', async () => {
    for (const path of [
      join(outside, 'secret.csv'),
      'tools/link.csv',
      '../../../../etc/passwd',
      'file:///etc/passwd',
    ]) {
      await assert.rejects(ask('describe_file', { path }), (error: Error) => {
        assert.match(error.message, /outside of the allowed folders|There is no file|no URLs/);
        assert.ok(!error.message.includes('swordfish'));
        return true;
      });
    }
  });

  it('read a file elsewhere while the person has it open in a preview', async () => {
    const path = join(outside, 'secret.csv');
    await commands.executeCommand('rowriver.openPreview', Uri.file(path));
    assert.match(await ask('query_file', { path, query: 'TRUE' }), /swordfish/);
    await commands.executeCommand('workbench.action.closeAllEditors');
    await assert.rejects(ask('query_file', { path, query: 'TRUE' }), /outside of the allowed folders/);
  });

  it('say what to do next where a call is wrong', async () => {
    const input = { path: 'tools/events.jsonl', query: 'stauts = 503 |> LIMITT 3' };
    await assert.rejects(ask('query_file', input), /explain_query/);
  });

  it('end with their request', async () => {
    const source = new CancellationTokenSource();
    const file = join(inside, 'long.jsonl');
    await writeFile(file, '{"a":"some words that a pattern is matched against"}\n'.repeat(20_000));
    const asked = ask('query_file', { path: file, query: "a ~ '(s.*)+x'" }, source.token);
    source.cancel();
    await assert.rejects(asked);
    // The engine is free for the next one.
    assert.match(await ask('query_file', { path: 'tools/events.jsonl', query: 'id = 7' }), /rows 1-1 of 1/i);
  });

  // Under test, VS Code agrees to every question itself.
  it('write a new file, and never over another one', async () => {
    const input = { path: 'tools/events.jsonl', query: 'status = 503', target: 'tools/agreed.csv' };
    assert.match(await ask('export_subset', input), /1,000/);
    const written = await readFile(join(inside, 'agreed.csv'), 'utf8');
    assert.equal(written.split('\r\n').length, 1002);
    await assert.rejects(ask('export_subset', input), /already exists/);
  });

  describe('tell the person', () => {
    async function prepared(name: ToolName, input: object) {
      const tool = toolNamed(name);
      assert.ok(tool);
      const engine = new EngineHost({ script: '', settings: () => assert.fail(), log: () => undefined });
      const asked = new LanguageTool(tool, engine, () => []);
      const { invocationMessage, confirmationMessages } = await asked.prepareInvocation({
        input: { ...input },
      });
      assert.ok(invocationMessage instanceof MarkdownString);
      return { message: invocationMessage, confirmationMessages };
    }

    it('what is to be written, with all of it visible, before the one tool that writes', async () => {
      const target = 'tools/new.csv\u202evsc.\n**bold**';
      const asked = await prepared('export_subset', { path: 'tools/events.jsonl', query: '', target });
      const { title, message } = asked.confirmationMessages ?? {};
      assert.equal(title, 'Write a New File?');
      assert.ok(message instanceof MarkdownString);
      assert.ok(message.value.includes(String.raw`tools/new.csv\u{202e}vsc.\n**bold**`));
      for (const { name, readOnly } of toolDefinitions) {
        if (!readOnly) continue;
        const { confirmationMessages } = await prepared(name, { path: 'tools/events.jsonl', query: '' });
        assert.equal(confirmationMessages, undefined);
      }
    });

    it('which query runs, with a link that shows its rows', async () => {
      const query = "path LIKE '/a b)%' AND status = 503";
      const { message } = await prepared('query_file', { path: 'tools/events.jsonl', query });
      assert.deepEqual(message.isTrusted, { enabledCommands: ['rowriver.showQuery'] });
      const [, argument = ''] = /\(command:rowriver\.showQuery\?([^)\s]*)\)/.exec(message.value) ?? [];
      const file = join(inside, 'events.jsonl');
      assert.deepEqual(JSON.parse(decodeURIComponent(argument)), [{ file, query }]);
    });

    it('no link to what the tool may not read', async () => {
      for (const path of [join(outside, 'secret.csv'), 'tools/link.csv', '](command:x)']) {
        const { message } = await prepared('query_file', { path, query: 'TRUE' });
        assert.ok(!message.value.includes('](command:'), message.value);
      }
    });
  });

  it('are offered by a server as well, where that is switched on', async () => {
    const extension = extensions.getExtension<unknown>('rowriver.rowriver');
    assert.ok(extension);
    const settings = workspace.getConfiguration('rowriver');
    const cli = join(extension.extensionPath, 'dist', 'cli.js');
    const changed = new EventEmitter<void>();
    const servers = new McpServers(cli, '0.0.0', changed);
    assert.deepEqual(servers.provideMcpServerDefinitions(), []);
    await settings.update('mcpServer.enabled', true, ConfigurationTarget.Global);
    try {
      const [server] = servers.provideMcpServerDefinitions();
      const client = new Client({ name: 'test', version: '1' });
      const { command, args } = server;
      const env = { ...process.env, ...server.env } as Record<string, string>;
      await client.connect(new StdioClientTransport({ command, args, env }));
      try {
        const { content } = await client.callTool({
          name: 'describe_file',
          arguments: { path: 'tools/events.jsonl' },
        });
        assert.match(JSON.stringify(content), /3,000 records/);
      } finally {
        await client.close();
      }
    } finally {
      await settings.update('mcpServer.enabled', undefined, ConfigurationTarget.Global);
      changed.dispose();
    }
  });

  it('show the rows of a query in a preview', async () => {
    const file = join(inside, 'events.jsonl');
    await commands.executeCommand('rowriver.showQuery', { file, query: 'status = 503' });
    const tab: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(tab instanceof TabInputCustom);
    assert.equal(tab.uri.fsPath, file);
  });

  it('stand beside an interface for other extensions', async () => {
    const rowriver = await extensions.getExtension<RowriverApi>('rowriver.rowriver')?.activate();
    assert.ok(rowriver);
    assert.equal(rowriver.version, '1.0.0');
    const file = await rowriver.open(join(inside, 'events.jsonl'));
    const found: unknown[] = [];
    for await (const batch of file.query('status = 503 |> LIMIT 2')) found.push(...batch);
    assert.deepEqual(found, [
      { id: 0, status: 503 },
      { id: 3, status: 503 },
    ]);
    assert.equal(await file.count(), 3000);
    await file.close();
  });

  it('can be asked from the preview', () => {
    const uri = Uri.file(join(inside, 'events.jsonl'));
    assert.equal(questionAbout(uri, ''), '#rowriver\nFile: tools/events.jsonl\n');
    const query = "name = 'two  spaces' -- a comment\n|> LIMIT 3";
    assert.equal(questionAbout(uri, query), `#rowriver\nFile: tools/events.jsonl\nRows: ${query}\n`);
  });
});
