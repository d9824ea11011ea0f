import { parseQuery, type Query } from '../query/index.ts';
import { counted, grouped } from '../words.ts';

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
  sentences(): string[] {
    const named = this.notes.slice(0, mostNamed).flatMap((note) => sentencesOf(note, this.text));
    const more = this.notes.length - mostNamed;
    if (more > 0)
      named.push(
        `${counted(more, 'more file')} ${more === 1 ? 'is' : 'are'} not all in order of ${this.text}.`,
      );
    return named;
  }
}

const mostNamed = 20;

function sentencesOf({ path, late, firstLate, other, firstOther }: OrderNote, by: string): string[] {
  const sentences: string[] = [];
  if (late > 0) {
    const [are, they] = late === 1 ? ['record comes', 'It stays'] : ['records come', 'They stay'];
    const first = late === 1 ? `record ${grouped(firstLate)}` : `the first is record ${grouped(firstLate)}`;
    sentences.push(
      `${path} is not in order of ${by}: ${grouped(late)} ${are} after a later one (${first}). ${they} behind it.`,
    );
  }
  if (other > 0) {
    const [have, they] = other === 1 ? ['record has', 'It stays'] : ['records have', 'They stay'];
    const first =
      other === 1 ? `record ${grouped(firstOther)}` : `the first is record ${grouped(firstOther)}`;
    sentences.push(
      `${path}: ${grouped(other)} ${have} a ${by} that cannot be compared with the first one of all files (${first}). ${they} behind the record before.`,
    );
  }
  return sentences;
}
