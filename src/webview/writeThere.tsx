/** Has the cluster write all rows of its query itself, to a folder that it sees. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { clusterFormats, type ClusterFormat } from '../protocol/remote.ts';
import { t } from './l10n.ts';
import { isAbort, sentence } from './link.ts';
import type { PageModel } from './model/page.ts';
import { PopoverForm, TextField } from './parts/popoverForm.tsx';
import { visible } from './visible.ts';

const formatNames = { parquet: 'Parquet', jsonl: 'JSON Lines', csv: 'CSV', tsv: 'TSV' };

export function WriteThere({ page }: { readonly page: PageModel }) {
  const { preview, link } = page;
  const button = useRef<HTMLButtonElement>(null);
  const [asking, setAsking] = useState(false);
  const [path, setPath] = useState('');
  const [format, setFormat] = useState<ClusterFormat>('parquet');
  const [writing, setWriting] = useState<AbortController | undefined>(undefined);
  const folder = path.trim();
  const { hidden } = preview.grid.layout;
  useEffect(() => () => writing?.abort(), [writing]);

  async function write(): Promise<void> {
    setAsking(false);
    const stopping = new AbortController();
    setWriting(stopping);
    try {
      await link.call('writeRemote', { path: folder, format }, { signal: stopping.signal });
      preview.notice.value = t('All rows were written to {0}.', visible(folder));
    } catch (error) {
      if (!isAbort(error)) preview.notice.value = sentence(error);
    } finally {
      setWriting(undefined);
    }
  }

  return (
    <>
      <button
        type="button"
        class="button secondary"
        ref={button}
        title={
          writing
            ? t('Writing to {0}. What has been written until then is left there.', visible(folder))
            : t('Run the query on the cluster for all its rows, and have them written there.')
        }
        onClick={() => (writing ? writing.abort() : setAsking(true))}
      >
        {writing ? t('Stop Writing') : t('Write There\u2026')}
      </button>
      {asking && button.current && (
        <PopoverForm
          anchor={button.current}
          label={t('Write There')}
          close={() => setAsking(false)}
          fields={
            <>
              <TextField
                label={t('New folder, as the cluster sees it')}
                value={path}
                placeholder="s3a://bucket/folder/"
                change={setPath}
              />
              <label class="ask short">
                <span>{t('Format')}</span>
                <select
                  class="input"
                  value={format}
                  onChange={({ currentTarget: { value } }) =>
                    setFormat(clusterFormats.find((known) => known === value) ?? 'parquet')
                  }
                >
                  {clusterFormats.map((known) => (
                    <option key={known} value={known}>
                      {formatNames[known]}
                    </option>
                  ))}
                </select>
              </label>
            </>
          }
          submit={() => void write()}
          button={t('Write')}
          ready={folder !== ''}
          facts={[
            t('A folder that is there already is refused.'),
            ...(hidden > 0 ? [t('Hidden columns are written as well.')] : []),
          ].join(' ')}
        />
      )}
    </>
  );
}
