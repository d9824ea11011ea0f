import { editedQuery, type Edit } from './editedQuery.ts';
import type { Query } from './syntax/tree.ts';
import { reservedWords } from './syntax/cursor.ts';
import { tokenize } from './syntax/token.ts';
import { Timestamp } from './value/time.ts';
import { writeText } from './write.ts';

/**
 * The query's text with the time written in the place of `now()` and `today()`: all threads, and all rows, then see the
 * same one. Columns that are named after such an expression keep their names where there is a place for one.
 */
export function fixTime(query: Query, now: Date): string {
  const { text } = query;
  // Most queries have none, and to look for them means to read a query's tokens again.
  if (!/now|today|current_/i.test(text)) return text;
  const calls = callsIn(text, new Timestamp(now.getTime()));
  return editedQuery(query, calls);
}

function callsIn(text: string, time: Timestamp): Edit[] {
  const calls: Edit[] = [];
  const tokens = tokenize(text);
  for (const [at, word] of tokens.entries()) {
    const name = word.value.toLowerCase();
    const text = word.kind === 'name' ? writtenTime(name, time) : undefined;
    if (text === undefined) continue;
    const isCalled = tokens.at(at + 1)?.value === '(' && tokens.at(at + 2)?.value === ')';
    if (isCalled || reservedWords.has(name)) {
      calls.push({ from: word.from, to: isCalled ? tokens[at + 2].to : word.to, text });
    }
  }
  return calls;
}

function writtenTime(name: string, time: Timestamp): string | undefined {
  switch (name) {
    case 'now':
    case 'current_timestamp':
      return `TIMESTAMPTZ ${writeText(time.toString())}`;
    case 'today':
    case 'current_date':
      return `DATE ${writeText(time.toDate().toString())}`;
    default:
      return undefined;
  }
}
