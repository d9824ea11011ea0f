// Runs what queries are written as for ClickHouse or jq in those engines, beside ours:
// `node test/oracle/engines.mjs clickhouse --queries 2000 --seed 1`, or jq. A real ClickHouse, 540 MB, is fetched
// from npm into a temporary folder, which is removed in the end; jq must be there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../support/bundle.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '5' },
    chdb: { type: 'string' },
  },
});
const [engine] = positionals;
if (engine !== 'clickhouse' && engine !== 'jq') throw new Error('Say which engine: clickhouse or jq.');

const folder = mkdtempSync(join(tmpdir(), 'rowriver-engines-'));
try {
  const { compare, jq, clickhouse } = await import(await bundle('oracle/engines'));
  const options = { queries: Number(values.queries), seed: Number(values.seed), show: Number(values.show) };
  const other = engine === 'jq' ? jq(folder) : clickhouse(await chdb(values.chdb ?? folder));
  process.exitCode = (await compare(other, options)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param where a folder; one that has chdb already is left as it is */
async function chdb(where) {
  const require = createRequire(join(where, 'package.json'));
  try {
    return require('chdb');
  } catch {
    const install = ['install', '--prefix', where, '--no-save', '--ignore-scripts', 'chdb@3.4.0'];
    const { status } = spawnSync('npm', install, { stdio: 'inherit' });
    if (status !== 0) throw new Error('chdb could not be fetched.');
    return require('chdb');
  }
}
