import { basename, dirname, join } from 'node:path';
import { l10n, Uri } from 'vscode';

/**
 * Scheme of the tabs that show what two files differ in. The URI holds which files these are and how they are compared, so
 * that a tab that comes back after a restart, or is reloaded, compares the files as they are then.
 */
export const comparisonScheme = 'rowriver-compare';

/** The tabs of two files, the older one first, and the fields that tell their records apart. */
export interface ComparedTabs {
  readonly before: Uri;
  readonly after: Uri;
  readonly keys: readonly string[];
}

interface Written {
  readonly before: string;
  readonly after: string;
  readonly keys: readonly string[];
}

export function tabOfComparison({ before, after, keys }: ComparedTabs): Uri {
  const title = `${nameOf(before)} ↔ ${nameOf(after)}`;
  const written: Written = { before: before.toString(), after: after.toString(), keys };
  const query = JSON.stringify(written);
  return Uri.file(join(dirname(after.path), title)).with({ scheme: comparisonScheme, query });
}

export function comparedIn({ query }: Uri): ComparedTabs {
  const { before, after, keys } = JSON.parse(query) as Written;
  return { before: Uri.parse(before, true), after: Uri.parse(after, true), keys };
}

/** A path beside which exports are proposed: in the folder of the newer file. */
export function exportPathOfComparison(after: string): string {
  return join(dirname(after), `${l10n.t('changes')}.jsonl`);
}

/** What the tab of a file or an address is called. */
export function nameOf({ path, authority }: Uri): string {
  return basename(path) || authority;
}
