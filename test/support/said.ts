import { english, type Said } from '../../src/said/said.ts';

/** What is said of something, in English; '' where nothing is. */
export function told({ said }: { readonly said: Said | undefined }): string {
  return said === undefined ? '' : english(said);
}
