/** What a JSON Schema does not allow of the file's records, as far as the engine has told. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { words } from '../l10n.ts';
import type { BrokenRule, SchemaCheck } from '../../protocol/schemaCheck.ts';
import type { Filter } from './filter.ts';
import type { Preview } from './preview.ts';

export function createSchemaCheck(preview: Preview, filter: Filter): ReadonlySignal<SchemaCheck | undefined> {
  const { link } = preview;
  const check = signal<SchemaCheck | undefined>(undefined);
  let isTold = false;
  link.on('schemaCheck', (told) => {
    isTold = true;
    const isNew = told?.phase === 'running' && check.peek()?.phase !== 'running';
    check.value = told ?? undefined;
    // The rows that are shown are those of the schema before.
    if (isNew && asksForViolations(filter.applied.peek())) void filter.run(filter.applied.peek());
  });
  effect(() => {
    // An engine that is another one now, or has opened the file anew, knows of no schema; that of a tab that comes back does.
    if (!preview.file.value) return;
    isTold = false;
    link.call('schemaCheck', null).then(
      (known) => {
        if (!isTold) check.value = known ?? undefined;
      },
      () => undefined,
    );
  });
  return check;
}

function asksForViolations(query: string): boolean {
  return /\b_violation\b/.test(query);
}

/** The records that break a rule, whatever else they break. */
export function ruleFilter({ place }: Pick<BrokenRule, 'place'>): string {
  return `list_contains(_violation.places, '${place.replaceAll("'", "''")}')`;
}

/** `/tags/* must be string`: alike for all items of a list. */
export function ruleWords({ path, message }: Pick<BrokenRule, 'path' | 'message'>): string {
  return `${path.replaceAll(/\/\d+(?=\/|$)/g, '/*')} ${words(message)}`.trim();
}
