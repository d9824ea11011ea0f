/** The page: filter on top, grid with its side below, facts at the foot. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { ComparisonBand } from './comparison.tsx';
import { ColumnAsk, ColumnMenu } from './columnMenu.tsx';
import { CellValue } from './detail/cellValue.tsx';
import { Detail } from './detail/detail.tsx';
import { ExportColumns, ExportRows } from './exportMenus.tsx';
import { FindBar } from './find/findBar.tsx';
import { GoTo } from './find/goTo.tsx';
import { Footer } from './footer.tsx';
import { count, t } from './l10n.ts';
import { sentence } from './link.ts';
import { LiveRegion } from './live.tsx';
import { keepFocus } from './lostFocus.ts';
import type { PageModel } from './model/page.ts';
import { ColumnFinder } from './panel/columnFinder.tsx';
import { FilterBar } from './panel/filterBar.tsx';
import { StageBand } from './panel/stageBand.tsx';
import { IconButton } from './parts/button.tsx';
import { Menu, type MenuItem } from './parts/menu.tsx';
import { Splitter } from './parts/splitter.tsx';
import { Toolbar } from './parts/toolbar.tsx';
import { ResultPlot } from './plot/resultPlot.tsx';
import { TimeBand } from './plot/timeBand.tsx';
import { ColumnPanel } from './plot/columnPanel.tsx';
import { useMedia } from './parts/media.ts';
import { Problems } from './problems/problems.tsx';
import { RemoteBand } from './remote.tsx';
import { Banners, GridState } from './states.tsx';
import { keepTyped } from './typed.ts';

/** For VS Code's menus, beside what the grid says of a cell. */
const comparedContext = JSON.stringify({ compared: true });

/** In a narrower page the side goes under the grid. */
const besideGrid = '(min-width: 960px)';

export function App({ page, nonce }: { readonly page: PageModel; readonly nonce: string }) {
  const { preview, filter, side, find } = page;
  const wide = useMedia(besideGrid);

  useEffect(() => {
    addEventListener('keydown', onKey);
    const stopKeeping = keepTyped(window);
    const stopFocus = keepFocus({ grid: () => preview.grid.focus(), box: () => page.focusBox.peek()() });
    addEventListener('focus', focusGrid);
    return () => {
      removeEventListener('focus', focusGrid);
      removeEventListener('keydown', onKey);
      stopKeeping();
      stopFocus();
    };
  }, []);

  // Whoever opens a preview or comes back to it is in the grid, unless they have gone elsewhere.
  function focusGrid(): void {
    const nowhere = document.activeElement === document.body || document.activeElement === null;
    if (nowhere && document.hasFocus() && preview.shown.peek().rows > 0) preview.grid.focus();
  }
  useSignalEffect(() => {
    if (preview.shown.value.rows > 0) focusGrid();
  });

  const closeSide = () => {
    side.value = 'none';
    preview.grid.focus();
  };
  const isCompared = preview.file.value?.comparison !== undefined;
  const isPlotted = page.plotted.value && canPlot(page);
  const beside = wide.value;
  const share = page.split.value;
  const hasSide =
    side.value === 'problems' ||
    side.value === 'column' ||
    (side.value === 'detail' && preview.shown.value.rows > 0);
  return (
    <main class="page" data-vscode-context={isCompared ? comparedContext : undefined}>
      <h1 class="visually-hidden">{preview.file.value?.name ?? t('Preview')}</h1>
      <FilterBar
        link={page.link}
        preview={preview}
        filter={filter}
        nonce={nonce}
        leave={() => preview.grid.focus()}
        keepsLine={page.statistics.on.value || page.timeline.on.value || side.value === 'column'}
        ready={(focus) => (page.focusBox.value = focus)}
        elsewhere={
          page.sparkLabel.value !== '' && (
            <IconButton
              icon="server-process"
              label={t('Run on Spark: {0}', page.sparkLabel.value)}
              run={() => page.askHost('host/runOnSpark', { query: filter.text.peek(), again: true })}
            />
          )
        }
        result={
          <>
            {canPlot(page) && (
              <button
                type="button"
                class="text-button"
                aria-pressed={isPlotted}
                onClick={() => (page.plotted.value = !page.plotted.value)}
              >
                <span class="codicon codicon-graph" aria-hidden="true" /> {t('Plot')}
              </button>
            )}
            <button
              type="button"
              class="text-button"
              aria-expanded={page.stages.open.value === 'query'}
              onClick={() => page.stages.toggle('query')}
            >
              <span class="codicon codicon-type-hierarchy-sub" aria-hidden="true" /> {t('Stages')}
            </button>
          </>
        }
      >
        <Tools page={page} />
      </FilterBar>
      <Banners page={page} />
      <ComparisonBand page={page} />
      <RemoteBand page={page} />
      <StageBand page={page} />
      {page.timeline.on.value && <TimeBand page={page} />}
      <div class={beside ? 'parts beside' : 'parts below'}>
        <div class="grid-part">
          {/* A plot has no rows to find anything in. */}
          {find.open.value && !isPlotted && <FindBar page={page} />}
          <GridMount page={page} covered={isPlotted} />
          {isPlotted ? <ResultPlot page={page} /> : <GridState page={page} />}
        </div>
        {hasSide && (
          <>
            <Splitter share={share} beside={beside} change={(next) => (page.split.value = next)} />
            <div class="side-part" style={{ '--share': share }}>
              {side.value === 'detail' ? (
                <Detail
                  detail={page.record.detail.value}
                  error={page.record.error.value}
                  step={page.record.step}
                  close={closeSide}
                  leave={() => preview.grid.focus()}
                  openDocument={() =>
                    page.command({
                      name: 'cell',
                      action: 'openRecord',
                      context: { column: -1, row: preview.grid.selection.active.row },
                    })
                  }
                  compare={
                    isCompared && page.offers('host/compareRecord')
                      ? () =>
                          page.command({
                            name: 'cell',
                            action: 'compareRecord',
                            context: { column: -1, row: preview.grid.selection.active.row },
                          })
                      : undefined
                  }
                  copy={page.copyText}
                  addTest={page.addTest}
                  columns={preview.columns.value}
                  row={preview.selection.value.active.row}
                  active={activePath(preview)}
                />
              ) : side.value === 'column' ? (
                <ColumnPanel page={page} close={closeSide} />
              ) : (
                <Problems page={page} close={closeSide} />
              )}
            </div>
          </>
        )}
      </div>
      <Footer page={page} />
      <Overlays page={page} />
      <LiveRegion page={page} />
    </main>
  );
}

/** Of the column of the active cell; where it is the number of a row that was chosen, there is none. */
function activePath({ grid, selection }: PageModel['preview']): string | undefined {
  const { active, shape } = selection.value;
  const { lane } = active;
  return lane < 0 || shape === 'rows' ? undefined : grid.layout.lanes.at(lane)?.column.path;
}

/** Results have columns of their own; the rows of a file, in whatever order, have plots in their headers. */
function canPlot({ preview }: PageModel): boolean {
  const result = preview.result.value;
  return !preview.inContext.value && result?.columns !== undefined && !result.whole;
}

function GridMount({ page, covered }: { readonly page: PageModel; readonly covered: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    host.current?.append(page.preview.grid.element);
  }, []);
  return <div class="grid-host" ref={host} inert={covered} />;
}

function Tools({ page }: { readonly page: PageModel }) {
  const { side, preview, overlay } = page;
  const malformed = preview.state.value?.malformed ?? 0;
  const toggle = (kind: 'detail' | 'column') => (side.value = side.value === kind ? 'none' : kind);
  const toggleProblems = () => {
    if (side.value === 'problems') side.value = 'none';
    else page.openProblems();
  };
  return (
    <Toolbar label={t('Preview')}>
      {/* Its number grows while the file is read. At the open end it moves no other button from under a pointer. */}
      <IconButton
        icon="warning"
        label={t('Problems')}
        pressed={side.value === 'problems'}
        {...(malformed > 0 ? { text: count(malformed) } : {})}
        run={toggleProblems}
      />
      <IconButton
        icon="list-unordered"
        label={t('Columns')}
        expanded={overlay.value?.kind === 'columns'}
        run={(anchor) => (overlay.value = { kind: 'columns', anchor })}
      />
      <IconButton
        icon="graph"
        label={t('Column Plots')}
        pressed={page.statistics.on.value}
        run={() => (page.statistics.on.value = !page.statistics.on.value)}
      />
      <IconButton icon="search" label={t('Find (Ctrl+F)')} run={() => page.command({ name: 'find' })} />
      <IconButton
        icon="layout-sidebar-right"
        label={t('Record')}
        pressed={side.value === 'detail'}
        run={() => toggle('detail')}
      />
      <IconButton
        icon="checklist"
        label={t('Column')}
        pressed={side.value === 'column'}
        run={() => toggle('column')}
      />
      <IconButton
        icon="export"
        label={t('Export\u2026')}
        run={(anchor) => page.exportRows('host/export', anchor)}
      />
      <IconButton
        icon="ellipsis"
        label={t('More')}
        popup
        expanded={overlay.value?.kind === 'more'}
        run={(anchor) => (overlay.value = { kind: 'more', anchor })}
      />
    </Toolbar>
  );
}

function Overlays({ page }: { readonly page: PageModel }) {
  const overlay = page.overlay.value;
  if (!overlay) return null;
  const close = () => {
    if (page.overlay.peek() === overlay) page.overlay.value = undefined;
  };
  const { anchor } = overlay;
  switch (overlay.kind) {
    case 'columnMenu':
      return <ColumnMenu page={page} column={overlay.column} anchor={anchor} close={close} />;
    case 'ask':
      return (
        <ColumnAsk page={page} column={overlay.column} test={overlay.test} anchor={anchor} close={close} />
      );
    case 'value':
      return (
        <CellValue page={page} column={overlay.column} row={overlay.row} anchor={anchor} close={close} />
      );
    case 'goTo':
      return <GoTo page={page} anchor={anchor} close={close} />;
    case 'columns':
      return <ColumnFinder page={page} anchor={anchor} close={close} />;
    case 'more':
      return <More page={page} anchor={anchor} close={close} />;
    case 'exportRows':
      return <ExportRows page={page} to={overlay.to} anchor={anchor} close={close} />;
    case 'exportColumns':
      return <ExportColumns page={page} to={overlay.to} rows={overlay.rows} anchor={anchor} close={close} />;
  }
}

interface MoreProps {
  readonly page: PageModel;
  readonly anchor: HTMLElement;
  readonly close: () => void;
}

function More({ page, anchor, close }: MoreProps) {
  const { link, filter, preview } = page;
  const query = filter.applied.value;
  const failed = (error: unknown) => (preview.notice.value = sentence(error));
  const isMade = preview.file.value?.comparison !== undefined || preview.file.value?.remote !== undefined;
  const ofSeveral = !preview.inContext.value && preview.result.value?.outcome.rows === 'groups';
  const items: (MenuItem | false)[] = [
    {
      label: t('Go to Record or Time\u2026'),
      keys: 'Ctrl+G',
      icon: 'arrow-right',
      run: () => page.command({ name: 'goTo' }),
    },
    {
      label: preview.inContext.value ? t('Back to the Matches') : t('Show in Context'),
      icon: 'list-tree',
      disabled: query === '' || ofSeveral,
      title: ofSeveral ? t('This row is of no single record.') : undefined,
      run: () => {
        if (preview.inContext.peek()) filter.leaveContext();
        else void filter.showInContext();
      },
    },
    {
      label: page.timeline.on.value ? t('Hide Rows over Time') : t('Show Rows over Time'),
      icon: 'graph-line',
      run: () => (page.timeline.on.value = !page.timeline.on.value),
    },
    { label: t('Copy as JSON'), icon: 'copy', apart: true, run: () => void page.copy('json') },
    { label: t('Copy as Markdown'), run: () => void page.copy('markdown') },
    {
      label: t('Copy Query As\u2026'),
      disabled: query === '',
      run: () => void link.call('host/copyQueryAs', { query }).catch(failed),
    },
    page.offers('host/askAboutFile') && {
      label: t('Ask About This File\u2026'),
      icon: 'comment-discussion',
      run: () => page.command({ name: 'askAboutFile' }),
    },
    page.offers('host/sendRows') && {
      label: t('Send Rows to a Service\u2026'),
      icon: 'cloud-upload',
      apart: true,
      run: () => page.command({ name: 'sendRows' }),
    },
    page.offers('host/runOnSpark') && {
      label: t('Run Query on Spark\u2026'),
      icon: 'server-process',
      disabled: isMade,
      run: () => page.command({ name: 'runOnSpark' }),
    },
    {
      label: t('Export Malformed Records\u2026'),
      icon: 'export',
      apart: !page.offers('host/sendRows'),
      disabled: (preview.state.value?.malformed ?? 0) === 0,
      run: () => void link.call('host/exportRejects', null).catch(failed),
    },
    {
      label: t('Read File As\u2026'),
      icon: 'settings',
      apart: true,
      run: () => page.readAs(),
    },
    page.offers('host/openAsText') &&
      !preview.file.value?.remote && {
        label: t('Open as Text'),
        icon: 'go-to-file',
        run: () => void link.call('host/openAsText', null).catch(failed),
      },
  ];
  return (
    <Menu anchor={anchor} label={t('More')} items={items.filter((item) => item !== false)} close={close} />
  );
}

/**
 * The editor hears the page's keys as well, and sends those that are bound to its commands: they are not carried out
 * here too. In a browser they must not do what the browser does with them.
 */
function onKey(event: KeyboardEvent): void {
  const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  const ours = event.shiftKey ? ['g', 'o', 's'] : ['f', 'g', 'l'];
  if (event.key === 'F3' || (ctrl && ours.includes(key))) event.preventDefault();
}
