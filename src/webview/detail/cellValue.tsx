/** A cell's whole value, over the page: a tree for lists and objects, else the text with its line ends. */
import { useEffect, useState } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { Cell } from '../grid/cells.ts';
import { bytes, t } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import type { PageModel } from '../model/page.ts';
import { IconButton } from '../parts/button.tsx';
import { Popover } from '../parts/popover.tsx';
import { visible } from '../visible.ts';
import { writePath } from './path.ts';
import { VisibleText } from './text.tsx';
import { JsonTree } from './tree.tsx';

export interface CellValueProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly row: number;
  readonly anchor: HTMLElement;
  readonly close: () => void;
}

export function CellValue({ page, column, row, anchor, close }: CellValueProps) {
  const known = page.preview.grid.cell(row, column.id);
  const [cell, setCell] = useState(known?.cut || known?.kind === CellKind.Failed ? undefined : known);
  const [error, setError] = useState('');
  useEffect(() => {
    const leaving = new AbortController();
    page.readCell(row, column.id, leaving.signal).then(setCell, (failure: unknown) => {
      if (!isAbort(failure)) setError(sentence(failure));
    });
    return () => leaving.abort();
  }, []);
  return (
    <Popover anchor={anchor} label={t('Value of {0}', column.name)} close={close}>
      <header class="value-head">
        <h2>{visible(column.name)}</h2>
        <span class="grow" />
        <IconButton
          icon="copy"
          label={t('Copy Value')}
          disabled={!cell}
          run={() => page.copyText(cell?.text ?? '')}
        />
        <IconButton
          icon="filter"
          label={t('Equals This Value')}
          disabled={!cell}
          run={() => {
            close();
            void page.testCell({ row, column: column.id }, 'equals');
          }}
        />
        <IconButton icon="close" label={t('Close')} run={close} />
      </header>
      {cell?.cut && <p class="facts">{t('The first {0} are shown.', bytes(cell.text.length))}</p>}
      <div class="value-body">
        {error ? <p class="fault">{error}</p> : cell && <Value cell={cell} page={page} column={column} />}
      </div>
    </Popover>
  );
}

function Value({ cell, page, column }: Pick<CellValueProps, 'page' | 'column'> & { readonly cell: Cell }) {
  switch (cell.kind) {
    case CellKind.Missing:
      return <p class="facts">{t('missing')}</p>;
    case CellKind.Null:
      return <p class="facts">{t('null')}</p>;
    case CellKind.Json:
      return (
        <JsonTree
          text={cell.text}
          copy={page.copyText}
          addTest={page.addTest}
          pathOf={(steps) => {
            const inner = writePath(steps);
            return inner.startsWith('[') ? column.path + inner : `${column.path}.${inner}`;
          }}
          isNumber={() => false}
        />
      );
    default:
      return (
        <pre class="raw" tabIndex={0} aria-label={t('Value of {0}', column.name)}>
          {cell.text === '' ? '""' : <VisibleText text={cell.text} keep={'\n'} />}
        </pre>
      );
  }
}
