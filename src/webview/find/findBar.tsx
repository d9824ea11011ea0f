/** The find bar: text anywhere in the rows that are shown, in the whole of the file. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { bytes, count, t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { IconButton } from '../parts/button.tsx';
import { visible } from '../visible.ts';

export function FindBar({ page }: { readonly page: PageModel }) {
  const { find } = page;
  const input = useRef<HTMLInputElement>(null);
  const asked = find.asked.value;

  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [asked]);

  const filtered = page.preview.shown.value.view !== 0;
  const canFilter = page.filter.applied.value !== '';
  return (
    <div
      class="find-bar"
      role="search"
      aria-label={t('Find')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') find.hide();
        else if (event.key === 'Enter' && event.target === input.current) void find.next(event.shiftKey);
        else return;
        event.preventDefault();
      }}
    >
      <input
        ref={input}
        type="text"
        class="input"
        aria-label={filtered ? t('Find in the filtered rows') : t('Find in file')}
        placeholder={filtered ? t('Find in the filtered rows') : t('Find in file')}
        value={find.text.value}
        onInput={(event) => find.change(event.currentTarget.value, find.matchCase.peek())}
      />
      <IconButton
        icon="case-sensitive"
        label={t('Match Case')}
        pressed={find.matchCase.value}
        run={() => find.change(find.text.peek(), !find.matchCase.peek())}
      />
      {canFilter && (
        <IconButton
          icon="filter"
          label={t('In the Filtered Rows Only')}
          pressed={filtered}
          run={() => {
            if (filtered) void page.filter.showInContext(true);
            else page.filter.leaveContext();
          }}
        />
      )}
      <span class="find-count" title={words(page)}>
        {words(page)}
      </span>
      <IconButton icon="arrow-up" label={t('Previous (Shift+Enter)')} run={() => void find.next(true)} />
      <IconButton icon="arrow-down" label={t('Next (Enter)')} run={() => void find.next(false)} />
      <IconButton icon="close" label={t('Close (Escape)')} run={() => find.hide()} />
    </div>
  );
}

function words({ find, preview }: PageModel): string {
  if (find.text.value === '') return '';
  if (find.error.value) return find.error.value;
  const searching = find.searching.value;
  if (searching && searching.scanned > 0) return t('{0} searched', bytes(searching.scanned));
  const found = find.count.value;
  if (found?.complete && found.rows === 0) return t('Not found');
  if (find.ended.value === 'end') return t('No more matches; press Enter to wrap');
  if (find.ended.value === 'start') return t('No earlier row; Enter goes on from the last');
  if (!found) return '';
  const place = find.place.value;
  // Who has moved on since then is at no match, or at another.
  if (place?.row === preview.selection.value.active.row) {
    const of = found.complete
      ? t('{0} of {1}', count(place.number), count(found.rows))
      : t('{0} of {1} so far', count(place.number), count(Math.max(place.number, found.rows)));
    return place.hidden === undefined ? of : t('{0}, in the hidden column {1}', of, visible(place.hidden));
  }
  const rows = found.rows === 1 ? t('1 row') : t('{0} rows', count(found.rows));
  return found.complete ? rows : t('{0} so far', rows);
}
