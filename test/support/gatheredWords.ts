import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Words = Readonly<Record<string, string>>;

let gathered: Promise<Words> | undefined;

/** What is to be translated, as `npm run l10n` gathers it. */
export function gatheredWords(): Promise<Words> {
  return (gathered ??= gather());
}

async function gather(): Promise<Words> {
  const folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  try {
    const target = join(folder, 'bundle.json');
    const { status, stderr } = spawnSync(process.execPath, ['l10n/extract.mjs', target], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return JSON.parse(await readFile(target, 'utf8')) as Words;
  } finally {
    await rm(folder, { recursive: true });
  }
}
