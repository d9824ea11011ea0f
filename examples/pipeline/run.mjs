// Runs the pipeline: node run.mjs. Nothing of it is kept but the files in out/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const built = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const out = process.argv[2] ?? 'out';
process.chdir(here);
mkdirSync(out, { recursive: true });

const events = `${out}/events.jsonl`;
writeFileSync(events, spawnSync(process.execPath, ['events.mjs']).stdout);

const program = existsSync(built) ? [process.execPath, built] : ['rowriver'];
const { status } = spawnSync(
  program[0],
  [
    ...[...program.slice(1), events, readFileSync('query.sql', 'utf8')],
    ...[
      '--schema',
      'event.schema.json',
      '--report',
      `${out}/report.jsonl`,
      '--invalid',
      `${out}/invalid.jsonl`,
    ],
    ...['--rejects', `${out}/rejects.jsonl`, '--stages', '-o', `${out}/slow.csv`],
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
