/** The record of the active row, whole. */
import { CellKind, type QueryEdit, type RecordDetail } from '../../protocol/preview.ts';
import { bytes, count, t } from '../l10n.ts';
import { IconButton } from '../parts/button.tsx';
import { isContainerText, readJson } from './json.ts';
import { VisibleText } from './text.tsx';
import { JsonTree } from './tree.tsx';
import { useState } from 'preact/hooks';

export interface DetailProps {
  readonly detail: RecordDetail | undefined;
  readonly error: string;
  readonly step: (rows: 1 | -1) => void;
  readonly close: () => void;
  readonly openDocument: () => void;
  readonly copy: (text: string) => void;
  readonly addTest: (edit: QueryEdit) => void;
  /** How a query writes a column of a delimited file. */
  readonly pathOf: (name: string) => string | undefined;
}

export function Detail(props: DetailProps) {
  const { detail, error, step, close, copy } = props;
  return (
    <section
      class="side"
      aria-label={t('Record')}
      onKeyDown={(event) => {
        if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
          event.preventDefault();
          step(event.key === 'ArrowDown' ? 1 : -1);
        }
      }}
    >
      <header class="side-head">
        <h2>{detail && detail.record > 0 ? t('Record {0}', count(detail.record)) : t('Record')}</h2>
        <span class="grow" />
        <IconButton icon="arrow-up" label={t('Previous record (Alt+Up)')} run={() => step(-1)} />
        <IconButton icon="arrow-down" label={t('Next record (Alt+Down)')} run={() => step(1)} />
        <IconButton
          icon="copy"
          label={t('Copy record')}
          disabled={!detail}
          run={() => copy(detail?.text ?? '')}
        />
        <IconButton
          icon="go-to-file"
          label={t('Open record as document')}
          disabled={!detail}
          run={props.openDocument}
        />
        <IconButton icon="close" label={t('Close')} run={close} />
      </header>
      {detail && detail.record > 0 && (
        <p class="facts">
          {t(
            'Line {0} \u00b7 byte {1} \u00b7 {2}',
            count(detail.line),
            count(detail.offset),
            bytes(detail.length),
          )}
        </p>
      )}
      {detail?.fault && (
        <p class="fault">
          <span class="codicon codicon-warning" aria-hidden="true" /> {detail.fault}
        </p>
      )}
      {detail?.cut && <p class="facts">{t('Only its first {0} are shown.', bytes(detail.text.length))}</p>}
      <div class="side-body">
        {error ? <p class="fault">{error}</p> : detail ? <Body {...props} detail={detail} /> : null}
      </div>
    </section>
  );
}

function Body(props: DetailProps & { readonly detail: RecordDetail }) {
  const { detail, copy, addTest, pathOf } = props;
  if (detail.format === 'json') {
    if (detail.fault && readJson(detail.text).type === 'invalid') return <RawText text={detail.text} />;
    return (
      <>
        <JsonTree text={detail.text} subject={String(detail.offset)} copy={copy} addTest={addTest} />
        {detail.fault && <RawText text={detail.text} />}
      </>
    );
  }
  if (detail.fields.length === 0) return <RawText text={detail.text} />;
  return (
    <table class="fields">
      <caption class="visually-hidden">{t('Fields of the record')}</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{t('Name')}</th>
          <th scope="col">{t('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {detail.fields.map(({ name, value }, index) => (
          <tr key={index}>
            <th scope="row">
              <VisibleText text={name} />
            </th>
            <td>
              <FieldValue value={value} copy={copy} addTest={addTest} path={pathOf(name)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FieldProps {
  readonly value: string | null;
  readonly path: string | undefined;
  readonly copy: (text: string) => void;
  readonly addTest: (edit: QueryEdit) => void;
}

function FieldValue({ value, path, copy, addTest }: FieldProps) {
  const [open, setOpen] = useState(false);
  const nested = value !== null && isContainerText(value);
  return (
    <>
      {nested && (
        <IconButton
          icon={open ? 'chevron-down' : 'chevron-right'}
          label={open ? t('Fold JSON') : t('Unfold JSON')}
          expanded={open}
          run={() => setOpen(!open)}
        />
      )}
      {value === null ? (
        <span class="value null">null</span>
      ) : value === '' ? (
        <span class="value null">""</span>
      ) : (
        <span class="value">
          <VisibleText text={value} keep={'\n'} />
        </span>
      )}
      <span class="line-actions">
        <IconButton icon="copy" label={t('Copy value')} run={() => copy(value ?? '')} />
        {path && (
          <IconButton
            icon="filter"
            label={t('Add to filter')}
            run={() =>
              addTest(
                value === null
                  ? { kind: 'add', path, test: 'is-null' }
                  : { kind: 'add', path, test: 'equals', value: { text: value, kind: CellKind.Text } },
              )
            }
          />
        )}
      </span>
      {nested && open && <JsonTree text={value} subject={value} copy={copy} addTest={() => undefined} />}
    </>
  );
}

function RawText({ text }: { readonly text: string }) {
  return (
    <pre class="raw" tabIndex={0} aria-label={t('Raw text')}>
      <VisibleText text={text} keep={'\n'} />
    </pre>
  );
}
