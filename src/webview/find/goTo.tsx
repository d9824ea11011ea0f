/** Going to a place: a record, a line, a byte, a share of the file, a time. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Place } from '../../protocol/preview.ts';
import { count, t } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import { laneOf } from '../grid/columns.ts';
import type { PageModel } from '../model/page.ts';
import { PopoverForm, TextField } from '../parts/popoverForm.tsx';
import { parsePlace } from './place.ts';

interface GoToProps {
  readonly page: PageModel;
  readonly anchor: HTMLElement;
  readonly close: () => void;
}

export function GoTo({ page, anchor, close }: GoToProps) {
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [going, setGoing] = useState(false);
  // A place far beyond the index is waited for, but no longer than somebody does.
  const leaving = useMemo(() => new AbortController(), []);
  useEffect(() => () => leaving.abort(), []);
  const { preview, link } = page;
  // As the numbers beside the rows are.
  const byRow = preview.grid.facts(Math.floor(preview.grid.topRow))?.record === 0;
  const place = parsePlace(text, byRow);

  async function go(target: Place): Promise<void> {
    try {
      const { view } = preview.shown.peek();
      const { grid } = preview;
      const active = grid.layout.lanes.at(Math.max(0, grid.selection.active.lane))?.column.id;
      setGoing(true);
      const asked = target.by === 'time' ? { ...target, column: active } : target;
      const { row, exact, column } = await link.call(
        'locate',
        { view, place: asked },
        { signal: leaving.signal },
      );
      close();
      const lane = column === undefined ? -1 : laneOf(grid.layout, column);
      grid.goTo(row, lane < 0 ? undefined : lane);
      grid.focus();
      if (!exact) preview.notice.value = missedWords(target, row === preview.shown.peek().rows - 1);
    } catch (failure) {
      if (isAbort(failure)) return;
      setError(sentence(failure));
      setGoing(false);
    }
  }

  return (
    <PopoverForm
      anchor={anchor}
      label={t('Go to')}
      close={close}
      place="inside"
      fields={
        <TextField
          label={t('Go to')}
          value={text}
          placeholder={byRow ? t('Row number or place') : t('Record number or place')}
          change={(next) => {
            setText(next);
            setError('');
          }}
        />
      }
      submit={() => {
        if (place) void go(place);
        else setError(t('This is not a record number, line, byte, percentage or time.'));
      }}
      button={t('Go')}
      ready={text.trim() !== '' && !going}
      facts={
        going
          ? t('Looking\u2026')
          : place
            ? placeWords(place, byRow)
            : byRow
              ? t('Row number, 50%, or a time such as 2024-05-01T12:00')
              : t(
                  'Record number, line 1234 (or l1234), byte 5000 (or b5000), 50%, or a time such as 2024-05-01T12:00',
                )
      }
      fault={error}
    />
  );
}

/** Where the grid went instead of a place that no row is at; '' where that is what was meant. */
function missedWords(place: Place, last: boolean): string {
  if (place.by !== 'record' && place.by !== 'line' && place.by !== 'row') return '';
  const number = count(place.value);
  const names = { record: t('record {0}', number), line: t('line {0}', number), row: t('row {0}', number) };
  const named = names[place.by];
  return last ? t('No {0}. This is the last row.', named) : t('No {0} here. This is the next row.', named);
}

function placeWords(place: Place, byRow: boolean): string {
  switch (place.by) {
    case 'row':
      return t('To row {0}', place.value.toLocaleString());
    case 'record':
      return t('To record {0}', place.value.toLocaleString());
    case 'line':
      return t('To the record on line {0}', place.value.toLocaleString());
    case 'offset':
      return t('To the record at byte {0}', place.value.toLocaleString());
    case 'percent':
      return byRow
        ? t('To the row at {0}% of all', place.value)
        : t('To the record at {0}% of the file', place.value);
    case 'time':
      return t('To the first record at or after {0}', place.text);
  }
}
