import { aggregates, scalarFunctions } from '../function/index.ts';
import { beginnings, pipeOperators } from '../operator/operators.ts';
import { reservedWords } from './cursor.ts';

/** What begins an operand, besides names. */
export const operandWords: readonly string[] = [
  'NOT', 'TRUE', 'FALSE', 'NULL', 'CASE', 'CAST', 'INTERVAL', 'TIMESTAMP', 'DATE',
]; // prettier-ignore

/** What goes on with an expression, or stands in it, most wanted first: what is written in one go. */
const expressionPhrases = [
  'AND', 'OR', 'IS NULL', 'IS NOT NULL', 'IN', 'NOT IN', 'BETWEEN', 'NOT BETWEEN', 'LIKE', 'NOT LIKE', 'ILIKE', 'NOT ILIKE',
  'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'NULL', 'NOT NULL', 'TRUE', 'FALSE', 'DISTINCT FROM', 'ESCAPE',
  'WHEN', 'THEN', 'ELSE', 'END', 'FILTER (WHERE', 'WITHIN GROUP (ORDER BY', 'OVER (', 'PARTITION BY', 'AT TIME ZONE',
  'ROWS BETWEEN', 'UNBOUNDED PRECEDING', 'UNBOUNDED FOLLOWING', 'CURRENT ROW', 'PRECEDING', 'FOLLOWING',
]; // prettier-ignore

/** What follows in the clauses of classic SQL and in the keys of an order. */
const clausePhrases = [
  'DESC', 'ASC', 'NULLS FIRST', 'NULLS LAST', 'FIRST', 'LAST', 'DISTINCT', 'EXCEPT', 'REPLACE', 'FROM', 'WHERE', 'GROUP BY', 'HAVING',
  'QUALIFY', 'ORDER BY', 'BY', 'LIMIT', 'OFFSET', 'FETCH FIRST', 'ROWS ONLY', 'ONLY',
]; // prettier-ignore

/** What the forms of the pipe operators have behind their first words. */
const operatorPhrases = pipeOperators.flatMap(
  ({ word, form }) => form.slice(word.length).match(/\b[A-Z]{2,}(?: [A-Z]{2,})*/g) ?? [],
);

/** All that the grammar may go on with, as it is offered. */
export const phrases: readonly string[] = [
  ...new Set([...expressionPhrases, ...clausePhrases, ...operatorPhrases]),
];

/** The words of the language in lower case, by where they are words: structurally the protocol's `Keywords`. */
export const keywords = keywordsOf();

function keywordsOf() {
  const literals = ['interval', 'timestamp', 'timestamptz', 'datetime', 'date'];
  const inside = new Set(phrases.flatMap((phrase) => phrase.toLowerCase().match(/[a-z]+/g) ?? []));
  const words = [...inside].filter((word) => !reservedWords.has(word));
  const isCalled = (word: string): boolean => scalarFunctions.has(word) || aggregates.has(word);
  return {
    reserved: [...reservedWords],
    beginnings: beginnings.map((words) => words.toLowerCase()),
    literals,
    others: words.filter((word) => !isCalled(word)),
    callable: words.filter(isCalled),
  };
}
