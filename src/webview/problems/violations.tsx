/** What a JSON Schema does not allow: how many records break which rule, and the first violations. */
import { useEffect, useState } from 'preact/hooks';
import type { SchemaCheck, Violation } from '../../protocol/schemaCheck.ts';
import { VisibleText } from '../detail/text.tsx';
import { count, t, words } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import type { PageModel } from '../model/page.ts';
import { ruleFilter, ruleWords } from '../model/schema.ts';
import { visible } from '../visible.ts';
import { ProblemList } from './list.tsx';

const perPage = 100;

export function SchemaViolations({ page }: { readonly page: PageModel }) {
  const check = page.schema.value;
  const validate = () => page.askHost('host/validate', null);
  if (!check) {
    if (!page.offers('host/validate') || !page.preview.state.value) return null;
    return (
      <p class="schema-offer">
        <button type="button" class="text-button" onClick={validate}>
          {t('Validate Against JSON Schema\u2026')}
        </button>
      </p>
    );
  }
  return (
    <section class="schema-check" aria-label={t('JSON Schema')}>
      <h3 class="facts problems-title">
        <VisibleText text={check.schema} />
        {': '}
        {checkWords(check)}
      </h3>
      {check.phase === 'failed' && check.said && <p class="fault">{visible(words(check.said))}</p>}
      <Rules page={page} check={check} />
      <p class="schema-actions">
        {check.invalid > 0 && (
          <button
            type="button"
            class="text-button"
            onClick={() => void page.filter.run('_violation IS NOT NULL')}
          >
            {t('Show Invalid Records')}
          </button>
        )}
        {page.offers('host/exportChecked') && check.phase === 'done' && (
          <button type="button" class="text-button" onClick={() => page.askHost('host/exportChecked', null)}>
            {t('Export Valid and Invalid\u2026')}
          </button>
        )}
        {page.offers('host/validate') && check.phase !== 'running' && (
          <button type="button" class="text-button" onClick={validate}>
            {t('Validate Again\u2026')}
          </button>
        )}
      </p>
      <Listed page={page} check={check} />
    </section>
  );
}

function checkWords({ phase, records, invalid, scanned, total }: SchemaCheck): string {
  const words =
    invalid === 0
      ? t('{0} records checked, none invalid', count(records))
      : t('{0} of {1} records invalid', count(invalid), count(records));
  switch (phase) {
    case 'done':
    case 'failed':
      return words;
    case 'running':
      return total ? `${words} ${t('({0}% checked)', Math.floor((100 * scanned) / total))}` : words;
    case 'cancelled':
      return `${words} ${t('(stopped)')}`;
    case 'outdated':
      return `${words} ${t('(the file has grown since)')}`;
  }
}

function Rules({ page, check }: { readonly page: PageModel; readonly check: SchemaCheck }) {
  const { rules, brokenRules } = check;
  if (rules.length === 0) return null;
  return (
    <ul class="problem-kinds" aria-label={t('Broken rules')}>
      {rules.map((rule) => (
        <li key={rule.place}>
          <button
            type="button"
            class="problem-kind"
            title={t('Filter by This Rule')}
            onClick={() => void page.filter.run(ruleFilter(rule))}
          >
            <span class="problem-count">{count(rule.records)}</span>{' '}
            <span>
              <VisibleText text={ruleWords(rule)} />
            </span>
          </button>
        </li>
      ))}
      {brokenRules > rules.length && (
        <li class="facts">{t('and {0} more', count(brokenRules - rules.length))}</li>
      )}
    </ul>
  );
}

function Listed({ page, check }: { readonly page: PageModel; readonly check: SchemaCheck }) {
  const [most, setMost] = useState(perPage);
  const [items, setItems] = useState<readonly Violation[]>([]);
  const [error, setError] = useState('');
  const wanted = Math.min(most, check.listed);
  useEffect(() => {
    if (wanted === 0) {
      setItems([]);
      return;
    }
    const abort = new AbortController();
    page.link.call('violations', { first: 0, count: wanted }, { signal: abort.signal }).then(
      (found) => {
        setItems(found);
        setError('');
      },
      (failure: unknown) => {
        if (!isAbort(failure)) setError(sentence(failure));
      },
    );
    return () => abort.abort();
    // Those of another schema are others, also where they are as many.
  }, [wanted, check.schema, check.phase]);
  if (error) return <p class="fault">{error}</p>;
  if (items.length === 0) return null;
  return (
    <>
      <ProblemList
        label={t('Violations')}
        of={check.schema}
        wanted={page.toProblems.value}
        taken={() => (page.toProblems.value = false)}
        items={items.map(({ record, line, rule, value, ...violation }, index) => ({
          key: index,
          reason: <VisibleText text={`${violation.path} ${words(violation.message)}`.trim()} />,
          place: t('Record {0} \u00b7 line {1} \u00b7 {2}', count(record), count(line), visible(rule)),
          raw:
            value === undefined ? null : (
              <code class="raw-line">
                <VisibleText text={value} />
              </code>
            ),
          show: () => void page.filter.goToRecord(record),
        }))}
      />
      {check.listed > items.length && (
        <p class="schema-actions">
          <button type="button" class="text-button" onClick={() => setMost(most + perPage)}>
            {t('Show More Violations')}
          </button>
        </p>
      )}
    </>
  );
}
