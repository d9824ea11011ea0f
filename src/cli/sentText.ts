import type { SentRows } from '../protocol/engine.ts';
import { counted, grouped, visible } from './message.ts';

/** `1,000 rows accepted by http://host/path in 2 batches, 1 retry, 3 rows given up (in dead.jsonl)` */
export function sentText(
  { accepted, batches, retries, givenUp }: SentRows,
  name: string,
  deadLetter: string | undefined,
): string {
  const kept = givenUp > 0 && deadLetter !== undefined ? ` (in ${visible(deadLetter)})` : '';
  const tried = retries === 1 ? '1 retry' : `${grouped(retries)} retries`;
  return `${counted(accepted, 'row')} accepted by ${visible(name)} in ${grouped(batches)} ${batches === 1 ? 'batch' : 'batches'}, ${tried}, ${grouped(givenUp)} given up${kept}`;
}
