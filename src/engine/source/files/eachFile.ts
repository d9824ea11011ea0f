import { breathing } from '../breathing.ts';

/** How many files are looked at at a time where each is waited for. */
const atOnce = 16;
/** A look that takes longer, in milliseconds, has waited for a disk or a network. */
const farMs = 2;
/** So many looks in a row decide: most of them, as any one may have waited for a processor. */
const looked = 16;

/**
 * Does something small with each of many files; answers in their order. Calls that hold up the thread take a tenth of
 * the time of those that go through the thread pool and back, where the files are near; where they are far, several
 * are waited for at a time.
 * @param look `blocking`: whether it may hold up the thread
 * @throws what `look` throws; the signal's reason
 */
export async function eachFile<T, R>(
  files: readonly T[],
  look: (file: T, blocking: boolean) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const answers: R[] = [];
  const breathe = breathing();
  let far = 0;
  let isNear = true;
  while (isNear && answers.length < files.length) {
    await breathe();
    signal?.throwIfAborted();
    const began = performance.now();
    answers.push(await look(files[answers.length], true));
    if (performance.now() - began > farMs) far++;
    if (answers.length % looked !== 0) continue;
    isNear = far <= looked / 2;
    far = 0;
  }
  while (answers.length < files.length) {
    signal?.throwIfAborted();
    const some = files.slice(answers.length, answers.length + atOnce);
    answers.push(...(await Promise.all(some.map((file) => look(file, false)))));
  }
  return answers;
}
