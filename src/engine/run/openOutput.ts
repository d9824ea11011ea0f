import { open } from 'node:fs/promises';
import { said } from '../../said/said.ts';
import type { ByteSink, SinkState } from '../sink/byteSink.ts';
import { openTarget } from '../sink/openTarget.ts';
import { beginsWith, cannotResume, temporaryBeside } from '../sink/temporaryFile.ts';
import type { KeptExport, KeptOutput, OutputName } from './export/kept.ts';

/**
 * Opens an output of an export that has a journal.
 * @param kept what is gone on with; undefined where the export begins
 * @throws SinkError, also where what was written is not there any more
 */
export async function openOutput(
  path: string,
  name: OutputName,
  sources: readonly string[],
  kept: KeptExport | undefined,
): Promise<ByteSink> {
  const output = kept?.entry.outputs.find((one) => one.name === name);
  if (!kept || !output?.state) return openTarget(path, { sources, resumable: true });
  const { state } = output;
  const temporary = kept.temporaries.get(name);
  if (temporary === undefined) return finished(output, state);
  return openTarget(path, { sources, resumable: true, resume: { temporary, state } });
}

/** An output that has its name already: of several, the process ended between one and the next. */
async function finished({ target, id }: KeptOutput, state: SinkState): Promise<ByteSink> {
  const file = await open(target, 'r').catch(() => undefined);
  try {
    if (!file || !(await beginsWith(file, state)))
      throw cannotResume(target, said`what was written so far is gone`);
  } finally {
    await file?.close();
  }
  const nothing = (): Promise<void> => Promise.resolve();
  const resumable = {
    temporary: temporaryBeside(target, id),
    state: () => Promise.resolve(state),
    sync: nothing,
    suspend: nothing,
  };
  return { name: target, write: nothing, commit: nothing, discard: nothing, resumable };
}
