/** What a screen reader is told as it happens: counts, not each of them. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PageModel } from './model/page.ts';
import { recordWords, resultWords } from './model/words.ts';

/** While a query runs, its count is told this seldom. */
const pause = 3000;

export function LiveRegion({ page }: { readonly page: PageModel }) {
  const said = useSignal('');
  const lastAt = useRef(0);
  useSignalEffect(() => {
    const { preview, filter } = page;
    const result = preview.result.value;
    const state = preview.state.value;
    const words = preview.notice.value
      ? preview.notice.value
      : result
        ? resultWords(result)
        : state?.exact
          ? recordWords(state.records)
          : '';
    const now = performance.now();
    if (filter.running.value && now - lastAt.current < pause) return;
    lastAt.current = now;
    said.value = words;
  });
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
