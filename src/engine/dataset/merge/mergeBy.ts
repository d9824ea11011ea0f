import { said, type Said } from '../../../said/said.ts';
import { parseQuery, type Query } from '../../query/index.ts';
import { grouped } from '../../words.ts';

/** What is said of a file whose records are not all in order. */
export interface OrderNote {
  readonly path: string;
  /** Records that are earlier than one before them; and those with a value that is no time as the others have. */
  readonly late: number;
  readonly other: number;
  /** The 1-based number of the first of either. */
  readonly firstLate: number;
  readonly firstOther: number;
}

/** That files are read as one in order of time, and what has become of that. */
export class MergeBy {
  /** As it was written. */
  readonly text: string;
  readonly query: Query;
  /** Of the files that are not in order, as far as the last scan has read them. */
  notes: readonly OrderNote[] = [];
  /** How many files the last scan had open at a time. */
  mostOpen = 0;

  private constructor(text: string, query: Query) {
    this.text = text;
    this.query = query;
  }

  /** By what an expression says of each record, such as `time`; undefined where the text is not one, or says more. */
  static of(text: string): MergeBy | undefined {
    const parsed = parseQuery(`|> ORDER BY ${text}`);
    if (!parsed.ok) return undefined;
    const { operators } = parsed.query;
    const [operator] = operators;
    if (operators.length !== 1 || operator.kind !== 'order by' || operator.keys.length !== 1)
      return undefined;
    const [{ descending, nullsFirst }] = operator.keys;
    return descending || nullsFirst ? undefined : new MergeBy(text, parsed.query);
  }

  /** What people are to know of the files that are not in order, in sentences. */
  sentences(): Said[] {
    const named = this.notes.slice(0, mostNamed).flatMap((note) => sentencesOf(note, this.text));
    const more = this.notes.length - mostNamed;
    if (more === 1) named.push(said`1 more file is not all in order of ${this.text}.`);
    if (more > 1) named.push(said`${grouped(more)} more files are not all in order of ${this.text}.`);
    return named;
  }
}

const mostNamed = 20;

function sentencesOf({ path, late, firstLate, other, firstOther }: OrderNote, by: string): Said[] {
  const sentences: Said[] = [];
  if (late === 1) {
    sentences.push(
      said`${path} is not in order of ${by}: 1 record comes after a later one (record ${grouped(firstLate)}). It stays behind it.`,
    );
  } else if (late > 1) {
    sentences.push(
      said`${path} is not in order of ${by}: ${grouped(late)} records come after a later one (the first is record ${grouped(firstLate)}). They stay behind it.`,
    );
  }
  if (other === 1) {
    sentences.push(
      said`${path}: 1 record has a ${by} that cannot be compared with the first one of all files (record ${grouped(firstOther)}). It stays behind the record before.`,
    );
  } else if (other > 1) {
    sentences.push(
      said`${path}: ${grouped(other)} records have a ${by} that cannot be compared with the first one of all files (the first is record ${grouped(firstOther)}). They stay behind the record before.`,
    );
  }
  return sentences;
}
