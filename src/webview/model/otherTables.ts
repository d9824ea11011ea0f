/** The tables of a file that are not read, with the number of their records once they are counted. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { FileInfo } from '../../protocol/file.ts';
import { isAbort, sentence, type Link } from '../link.ts';

export interface OtherTable {
  /** From 1 on. */
  readonly number: number;
  /** The line on which it begins, from 1 on. */
  readonly line: number;
  readonly records?: number;
}

/** @param failed told why they could not be counted */
export function createOtherTables(
  link: Link,
  file: ReadonlySignal<FileInfo | undefined>,
  failed: (sentence: string) => void,
): ReadonlySignal<readonly OtherTable[]> {
  const tables = signal<readonly OtherTable[]>([]);
  effect(() => {
    const reading = file.value?.reading;
    const others = (reading?.tables ?? []).map((line, index) => ({ number: index + 1, line }));
    tables.value = others.filter(({ number }) => number !== reading?.table);
    if (tables.peek().length === 0) return;
    const abort = new AbortController();
    link.call('otherTables', null, { signal: abort.signal }).then(
      (counted) => {
        if (counted && !abort.signal.aborted) tables.value = counted;
      },
      (failure: unknown) => {
        if (!isAbort(failure)) failed(sentence(failure));
      },
    );
    return () => abort.abort();
  });
  return tables;
}
