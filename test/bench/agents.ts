/**
 * An agent's session over a file of so many megabytes, 5,000 if nothing is said: each tool over the real server, with
 * the size and the time of its answer, as a table for docs/agents.md.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ToolName } from '../../src/protocol/tools.ts';
import { folder, sampleFile, warm } from './data.ts';

const megabytes = Number(process.argv.at(2) ?? '5000');
const file = await repeated(megabytes);
await warm(file);
const path = basename(file);
const home = await mkdtemp(join(tmpdir(), 'rowriver-agents-'));
const target = `subset-${process.pid}.csv`;

const limit = { time_limit_seconds: 600 };
const bad = 'status >= 500';
const byCountry = `${bad} |> AGGREGATE count(*) AS n GROUP BY user.country |> ORDER BY n DESC |> LIMIT 10`;
const session: readonly (readonly [ToolName, Readonly<Record<string, unknown>>])[] = [
  ['describe_file', { path }],
  ['explain_query', { path, query: byCountry }],
  ['query_file', { path, query: byCountry, ...limit }],
  ['query_file', { path, query: bad, max_rows: 20, ...limit }],
  ['profile_column', { path, column: 'status', ...limit }],
  ['get_records', { path, first: 1_000_000, count: 3 }],
  ['get_records', { path, sample: 5, seed: 7, ...limit }],
  ['find_text', { path, text: 'timeout', count: 5, ...limit }],
  ['validate_file', { path, ...limit }],
  ['export_subset', { path, query: bad, target }],
  ['describe_file', { path }],
];

const client = new Client({ name: 'bench', version: '1' });
try {
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['dist/cli.js', 'mcp', '--root', dirname(file), '--allow-export'],
      // Nothing is known of the file at first.
      env: { ...process.env, XDG_CACHE_HOME: home, LOCALAPPDATA: home },
    }),
  );
  console.log('| Call | Answer, bytes | Seconds | First line |\n| --- | ---: | ---: | --- |');
  for (const [name, input] of session) {
    const begun = performance.now();
    const request = { name, arguments: { ...input } };
    const options = { timeout: 900_000 };
    const { content, isError } = await client
      .callTool(request, CallToolResultSchema, options)
      .then((answer) => CallToolResultSchema.parse(answer));
    const seconds = (performance.now() - begun) / 1000;
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    if (isError) throw new Error(`${name}: ${text}`);
    const said = 'query' in input ? ` \`${String(input.query)}\`` : '';
    const [line] = text.split('\n');
    console.log(`| ${name}${said} | ${Buffer.byteLength(text)} | ${seconds.toFixed(2)} | ${line} |`);
  }
} finally {
  await client.close();
  await rm(join(dirname(file), target), { force: true });
  await rm(file);
  await rm(home, { recursive: true, force: true });
}

/** A file of so many megabytes: copies of one of 500, which are made at the speed of the disk. */
async function repeated(size: number): Promise<string> {
  const part = await sampleFile('jsonl', Math.min(size, 500));
  const whole = join(folder, `agents-${size}.jsonl`);
  await rm(whole, { force: true });
  for (let made = 0; made < size; made += 500) {
    await pipeline(createReadStream(part), createWriteStream(whole, { flags: 'a' }));
  }
  return whole;
}
