import { visible } from '../engine/visible.ts';
import { words } from '../host/l10n.ts';
import type { Violation } from '../protocol/schemaCheck.ts';

/** "/status must be integer: \"none\"" in the display language, without what cannot be seen: names and values are the file's. */
export function violationWords({
  path,
  message,
  value,
}: Pick<Violation, 'path' | 'message' | 'value'>): string {
  const broken = `${path} ${words(message)}`.trim();
  return visible(value === undefined ? broken : `${broken}: ${value}`);
}
