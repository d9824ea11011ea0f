/** Above the grid, where its rows are what two files differ in: which files, and how many records are what. */
import { t } from './l10n.ts';
import { comparedWords, comparisonDoubts, comparisonSums } from './model/comparisonWords.ts';
import type { PageModel } from './model/page.ts';

export function ComparisonBand({ page }: { readonly page: PageModel }) {
  const { preview, filter } = page;
  const comparison = preview.trouble.value ? undefined : preview.file.value?.comparison;
  if (!comparison) return null;
  const applied = filter.applied.value;
  const doubts = comparisonDoubts(comparison);
  return (
    <div class="banner info comparison" role="group" aria-label={t('Comparison')}>
      <span class="compared">
        <span class="codicon codicon-diff" aria-hidden="true" /> {comparedWords(comparison)}
      </span>
      {comparisonSums(comparison).map(({ words, query }) =>
        query === undefined ? (
          <span key={words}>{words}</span>
        ) : (
          <button
            key={words}
            type="button"
            class="text-button"
            aria-pressed={applied === query}
            onClick={() => void (applied === query ? filter.clear() : filter.run(query))}
          >
            {words}
          </button>
        ),
      )}
      {doubts.map((words) => (
        <span key={words} class="warn">
          <span class="codicon codicon-warning" aria-hidden="true" /> {words}
        </span>
      ))}
    </div>
  );
}
