/** Saved filters and the history, in a menu. */
import { useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import type { Filter } from '../model/filter.ts';
import { IconButton } from '../parts/button.tsx';
import { Popover } from '../parts/popover.tsx';

const recent = 12;

export function SavedFilters({ filter }: { readonly filter: Filter }) {
  const [anchor, setAnchor] = useState<HTMLElement>();
  const [name, setName] = useState('');
  const { saved, history } = filter.filters.value;
  const close = () => setAnchor(undefined);
  const use = (query: string) => {
    close();
    void filter.run(query);
  };
  const keep = () => {
    const trimmed = name.trim();
    if (trimmed === '' || filter.text.peek().trim() === '') return;
    filter.keep(trimmed);
    setName('');
  };
  return (
    <>
      <IconButton
        icon="bookmark"
        label={t('Saved Filters and History')}
        expanded={anchor !== undefined}
        run={(button) => setAnchor(anchor ? undefined : button)}
      />
      {anchor && (
        <Popover anchor={anchor} label={t('Saved Filters and History')} close={close}>
          <div class="popover-form">
            <input
              type="text"
              class="input"
              aria-label={t('Name for this filter')}
              placeholder={
                filter.text.value.trim() === '' ? t('Type a filter to save it') : t('Name for this filter')
              }
              disabled={filter.text.value.trim() === ''}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') keep();
              }}
            />
            <button type="button" class="button" disabled={name.trim() === ''} onClick={keep}>
              {t('Save')}
            </button>
          </div>
          <h3>{t('Saved Filters')}</h3>
          {saved.length === 0 && <p class="facts">{t('None yet')}</p>}
          <ul class="choices">
            {saved.map((item) => (
              <li key={item.name}>
                <button type="button" class="choice" onClick={() => use(item.query)}>
                  <span class="choice-name">{item.name}</span>
                  <code>{item.query}</code>
                </button>
                <IconButton
                  icon="trash"
                  label={t('Forget {0}', item.name)}
                  run={() => filter.forget(item.name)}
                />
              </li>
            ))}
          </ul>
          <h3>{t('Recent')}</h3>
          {history.length === 0 && <p class="facts">{t('None yet')}</p>}
          <ul class="choices">
            {history.slice(0, recent).map((query) => (
              <li key={query}>
                <button type="button" class="choice" onClick={() => use(query)}>
                  <code>{query}</code>
                </button>
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </>
  );
}
