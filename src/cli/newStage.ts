import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { stageFiles } from '../engine/call/stageTemplate.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { said } from '../said/said.ts';
import type { NewStageCommand } from './arguments/newStageArguments.ts';

/**
 * Writes a stage to begin with, its types, a sample and a test, into a folder that is new.
 * @returns what to do next, for people
 * @throws SinkError
 */
export async function writeNewStage({ folder }: NewStageCommand): Promise<string> {
  const name = basename(resolve(folder));
  const at = join(folder, `${name}.mjs`).replaceAll('\\', '/');
  const path = /^(?:\/|\.\.?\/|[A-Za-z]:)/.test(at) ? at : `./${at}`;
  const files = stageFiles(name, path);
  try {
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const reason = error instanceof Error ? error.message : String(error);
    throw new SinkError(
      'failed',
      isThere
        ? said`${folder} already exists. Nothing was changed.`
        : said`${folder} cannot be made: ${reason}`,
    );
  }
  return [
    `${folder} was made, with ${Object.keys(files).join(', ')}.`,
    `  Test it:  node --test ${folder}`,
    `  Run it:   rowriver ${join(folder, 'sample.jsonl')} "|> CALL '${path}'(field => 'email')"`,
  ].join('\n');
}
