import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CancellationError,
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
  type Event,
  type WorkspaceFoldersChangeEvent,
} from 'vscode';
import type { RowriverApi } from '../../src/api/api.ts';
import { askAboutFile, questionAbout } from '../../src/extension/askAboutFile.ts';
import { LanguageTool } from '../../src/extension/languageTools.ts';
import { McpServers } from '../../src/extension/mcpServer.ts';
import { EngineHost } from '../../src/host/engineHost.ts';
import { toolDefinitions, toolNamed } from '../../src/protocol/toolDefinitions.ts';
import type { ToolName } from '../../src/protocol/tools.ts';

/** Only where the harness clicks "Trust": see test/vscode/integration.mjs. */
const canTrust = process.env.ROWRIVER_TRUST === '1';

/** What is in the code blocks of a text. */
function blocksOf({ value }: MarkdownString): string[] {
  return [...value.matchAll(/^(`{3,})\n(.*?)\n\1$/gms)].map(([, , inside]) => inside);
}

/** The words of a text without markup, as a person reads them. */
function wordsOf({ value }: MarkdownString): string {
  return value.replaceAll('&nbsp;', ' ').replace(/\\([^a-z0-9\s])/gi, '$1');
}

/** Once something has happened, and all that listened to it before have heard it. */
function next<T>(event: Event<T>): Promise<T> {
  return new Promise((resolve) => event(resolve));
}

/** What the chat, switched on or off, is asked to open while some work is done, in place of opening it. */
async function askedOfChat(isOn: boolean, work: () => Promise<void>): Promise<unknown[]> {
  const asked: unknown[] = [];
  const settings = workspace.getConfiguration('chat');
  const before = settings.inspect('disableAIFeatures')?.globalValue;
  const chat = commands.registerCommand('workbench.action.chat.open', (...given: unknown[]) => {
    asked.push(...given);
  });
  try {
    await settings.update('disableAIFeatures', !isOn, ConfigurationTarget.Global);
    await work();
  } finally {
    chat.dispose();
    await settings.update('disableAIFeatures', before, ConfigurationTarget.Global);
  }
  return asked;
}

describe('the tools in VS Code', () => {
  let cli = '';
  let inside = '';
  let outside = '';

  async function ask(name: ToolName, input: object, token?: CancellationToken): Promise<string> {
    const options = { toolInvocationToken: undefined, input };
    const { content } = await lm.invokeTool(`rowriver_${name}`, options, token);
    return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
  }

  /** Does something while servers are switched on. */
  async function withServers(work: (servers: McpServers) => Promise<void>): Promise<void> {
    const settings = workspace.getConfiguration('rowriver');
    await settings.update('mcpServer.enabled', true, ConfigurationTarget.Global);
    const servers = new McpServers(cli, '1.2.3', workspace);
    try {
      await work(servers);
    } finally {
      servers.dispose();
      await settings.update('mcpServer.enabled', undefined, ConfigurationTarget.Global);
    }
  }

  /** A tool whose engine starts nothing. */
  function withoutEngine(name: ToolName): LanguageTool {
    const engine = new EngineHost({ script: '', settings: () => assert.fail(), log: () => undefined });
    return new LanguageTool(toolNamed(name) ?? assert.fail(), engine, () => []);
  }

  before(async () => {
    const extension = extensions.getExtension<unknown>('rowriver.rowriver') ?? assert.fail();
    await extension.activate();
    cli = join(extension.extensionPath, 'dist', 'cli.js');
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

  it('answer nothing in Restricted Mode, and are offered again once the folder is trusted', async function () {
    if (workspace.isTrusted || !canTrust) this.skip();
    await assert.rejects(ask('describe_file', { path: 'tools/events.jsonl' }), /trusted folders only/);
    const uri = Uri.file(join(inside, 'events.jsonl'));
    assert.deepEqual(await askedOfChat(true, () => askAboutFile(uri, '')), []);
    await withServers(async (servers) => {
      assert.deepEqual(servers.provideMcpServerDefinitions(), []);
      let told = 0;
      servers.onDidChangeMcpServerDefinitions(() => told++);
      const trusted = next(workspace.onDidGrantWorkspaceTrust);
      await commands.executeCommand('workbench.trust.manage');
      await trusted;
      assert.equal(told, 1);
      assert.equal(servers.provideMcpServerDefinitions().length, 1);
    });
  });

  it('describe a file of the workspace, by a path relative to it', async () => {
    const text = await ask('describe_file', { path: 'tools/events.jsonl' });
    assert.match(text, /^events\.jsonl: jsonl/);
    assert.match(text, /3,000 records/);
  });

  it('check records against a JSON Schema of the workspace, and no other', async () => {
    await writeFile(join(inside, 'schema.json'), '{"properties":{"status":{"const":200}}}');
    await writeFile(join(outside, 'schema.json'), '{}');
    const path = 'tools/events.jsonl';
    assert.match(
      await ask('validate_file', { path, schema: 'tools/schema.json' }),
      /3,000 records checked against schema\.json, 1,000 invalid/,
    );
    const elsewhere = join(outside, 'schema.json');
    await assert.rejects(ask('validate_file', { path, schema: elsewhere }), /outside the allowed folders/);
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
        assert.match(error.message, /outside the allowed folders|There is no file|URLs are not read/);
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
    await assert.rejects(ask('query_file', { path, query: 'TRUE' }), /outside the allowed folders/);
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

  it('hand a cancel on to the engine, and answer as VS Code expects it', async () => {
    const engine = new EngineHost({
      script: join(dirname(cli), 'engine.js'),
      settings: () => ({ cacheFolder: null, cacheBytes: 0, keepBytes: 0 }),
      log: () => undefined,
    });
    const tool = new LanguageTool(toolNamed('query_file') ?? assert.fail(), engine, () => []);
    const path = join(inside, 'cancelled.jsonl');
    await writeFile(path, '{"a":"some words that a pattern is matched against"}\n'.repeat(20_000));
    const options = { toolInvocationToken: undefined, input: { path, query: "a ~ '(s.*)+x'" } };
    try {
      for (const before of [true, false]) {
        const source = new CancellationTokenSource();
        if (before) source.cancel();
        const asked = tool.invoke(options, source.token);
        source.cancel();
        await assert.rejects(asked, CancellationError);
        source.dispose();
      }
    } finally {
      await engine.dispose();
    }
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
      const asked = withoutEngine(name);
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
      assert.equal(blocksOf(message)[1], 'tools/events.jsonl');
      for (const { name, readOnly } of toolDefinitions) {
        if (!readOnly) continue;
        const { confirmationMessages } = await prepared(name, { path: 'tools/events.jsonl', query: '' });
        assert.equal(confirmationMessages, undefined);
      }
    });

    it('which rows of which file are to be written, and no more than a screen of them', async () => {
      const path = 'tools/events.jsonl';
      for (const [query, shown] of [
        ["status = 503 AND name = '```'", "status = 503 AND name = '```'"],
        ['', '(all records)'],
        [' ', '(all records)'],
        [`status = 503${' '.repeat(700)}OR TRUE`, `status = 503${' '.repeat(488)}… (719 characters)`],
      ]) {
        const { confirmationMessages } = await prepared('export_subset', {
          path,
          query,
          target: 'tools/a.csv',
        });
        const { message } = confirmationMessages ?? {};
        assert.ok(message instanceof MarkdownString);
        assert.deepEqual(blocksOf(message), ['tools/a.csv', path, shown]);
      }
    });

    it('which tool reads which file', async () => {
      for (const { name, title } of toolDefinitions) {
        const { message } = await prepared(name, { path: 'tools/a_b*.jsonl\u202e' });
        assert.equal(wordsOf(message), `${title}: tools/a_b*.jsonl\\u{202e}`);
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

  describe('are offered by a server as well', () => {
    it('where that is switched on, which is told at once', async () => {
      const servers = new McpServers(cli, '1.2.3', workspace);
      try {
        assert.deepEqual(servers.provideMcpServerDefinitions(), []);
        let told = 0;
        servers.onDidChangeMcpServerDefinitions(() => told++);
        const changed = next(workspace.onDidChangeConfiguration);
        await withServers(async () => {
          await changed;
          assert.equal(told, 1);
        });
      } finally {
        servers.dispose();
      }
    });

    it('over the folders of the workspace and no others, by the Node that VS Code itself runs', async () => {
      await withServers(async (servers) => {
        const folder = workspace.workspaceFolders?.at(0)?.uri.fsPath;
        const [{ label, command, args, env, version }] = servers.provideMcpServerDefinitions();
        assert.equal(label, 'Rowriver: Data Files');
        assert.equal(command, process.execPath);
        assert.deepEqual(args, [cli, 'mcp', '--root', folder]);
        assert.deepEqual(env, { ELECTRON_RUN_AS_NODE: '1' });
        assert.equal(version, '1.2.3');
        const client = new Client({ name: 'test', version: '1' });
        const inherited = { ...process.env, ...env } as Record<string, string>;
        await client.connect(new StdioClientTransport({ command, args, env: inherited }));
        try {
          const describe = (path: string) => client.callTool({ name: 'describe_file', arguments: { path } });
          assert.match(JSON.stringify(await describe('tools/events.jsonl')), /3,000 records/);
          const elsewhere = await describe(join(outside, 'secret.csv'));
          assert.match(JSON.stringify(elsewhere), /outside the allowed folders/);
        } finally {
          await client.close();
        }
      });
    });

    it('anew when the folders of the workspace change', () => {
      // Other folders in this window would start the extensions, and with them this test, again.
      const folders = new EventEmitter<WorkspaceFoldersChangeEvent>();
      const { onDidChangeConfiguration, onDidGrantWorkspaceTrust } = workspace;
      const servers = new McpServers(cli, '1.2.3', {
        onDidChangeConfiguration,
        onDidGrantWorkspaceTrust,
        onDidChangeWorkspaceFolders: folders.event,
      });
      let told = 0;
      servers.onDidChangeMcpServerDefinitions(() => told++);
      folders.fire({ added: [], removed: [] });
      assert.equal(told, 1);
      servers.dispose();
      folders.fire({ added: [], removed: [] });
      assert.equal(told, 1);
      folders.dispose();
    });
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

  it('can be asked from the preview', async () => {
    const uri = Uri.file(join(inside, 'events.jsonl'));
    assert.equal(questionAbout(uri, ''), '#rowriver\nFile: tools/events.jsonl\n');
    const query = "name = 'two  spaces' -- a comment\n|> LIMIT 3";
    const words = `#rowriver\nFile: tools/events.jsonl\nRows: ${query}\n`;
    assert.deepEqual(await askedOfChat(false, () => askAboutFile(uri, query)), []);
    // For the person to finish: it is not sent.
    assert.deepEqual(await askedOfChat(true, () => askAboutFile(uri, query)), [
      { query: words, isPartialQuery: true },
    ]);
    // A relative path would be of no folder.
    const elsewhere = Uri.file(join(outside, 'secret.csv'));
    assert.equal(questionAbout(elsewhere, ''), `#rowriver\nFile: ${elsewhere.fsPath}\n`);
    const address = Uri.parse('https://example.org/events.jsonl');
    assert.deepEqual(await askedOfChat(true, () => askAboutFile(address, '')), []);
  });
});
