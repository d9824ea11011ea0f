import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { toolDefinitions } from '../../../src/protocol/toolDefinitions.ts';

/** The command line of the MCP Inspector, which its own package starts. */
const inspector = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli/package.json')),
  'build/cli.js',
);

describe('mcp before the Inspector', () => {
  let folder = '';

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'rowriver-test-')));
    await writeFile(join(folder, 'events.jsonl'), '{"id":1,"status":200}\n{"id":2,"status":503}\n');
  });
  after(() => rm(folder, { recursive: true }));

  /** What the Inspector prints: the answer as JSON. */
  async function inspect(...words: string[]): Promise<unknown> {
    const server = [process.execPath, 'dist/cli.js', 'mcp', '--root', folder];
    const env = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder };
    const args = [inspector, '--cli', ...server, ...words];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout);
  }

  async function call(name: string, ...given: string[]) {
    const words = given.flatMap((word) => ['--tool-arg', word]);
    return CallToolResultSchema.parse(await inspect('--method', 'tools/call', '--tool-name', name, ...words));
  }

  // Each starts two processes: they run side by side.
  it('lists the tools that read, describes, queries, refuses, and reads a resource', async () => {
    const path = pathToFileURL(join(folder, 'events.jsonl')).pathname;
    const [listed, described, queried, refused, read] = await Promise.all([
      inspect('--method', 'tools/list'),
      call('describe_file', 'path=events.jsonl'),
      call('query_file', 'path=events.jsonl', 'query=status = 503'),
      call('describe_file', 'path=../../etc/passwd'),
      inspect('--method', 'resources/read', '--uri', `rowriver://file${path}`),
    ]);
    assert.deepEqual(
      ListToolsResultSchema.parse(listed).tools.map(({ name, inputSchema: { properties } }) => ({
        name,
        properties,
      })),
      toolDefinitions
        .filter(({ readOnly }) => readOnly)
        .map(({ name, input: { properties } }) => ({ name, properties })),
    );
    assert.equal(described.structuredContent?.records, 2);
    assert.deepEqual(queried.structuredContent?.rows, [{ _record: 2, id: 2, status: 503 }]);
    assert.equal(refused.isError, true);
    assert.match(JSON.stringify(refused.content), /outside the allowed folders/);
    assert.match(JSON.stringify(read), /2 records/);
  });
});
