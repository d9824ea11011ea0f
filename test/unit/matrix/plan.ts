import { long, runs } from '../../support/long.ts';
import type { Layout } from './layouts.ts';
import { questions, type Question } from './questions.ts';

/**
 * Which questions are asked of a file in which pass. The short run asks each layout each question that can be asked of it, of a
 * file of 300 records; at the other sizes it asks fewer of them, as plan.test.ts says. The long run asks more, and others
 * each time.
 */

export interface Size {
  readonly count: number;
  /** So that workers have several blocks each; undefined: the engine's own. */
  readonly blockSize: number | undefined;
  /** Every how many-th question is asked in a pass over a file; another in each pass and each layout. */
  readonly every: number;
  /** The same of a layout that differs from others in what the number of records has no part in; undefined: none is asked. */
  readonly everyOfVariant: number | undefined;
}

/** One entry a size: less and more than a batch, a block and a stretch hold. */
export const sizes: readonly Size[] = [
  { count: 1, blockSize: 64 * 1024, every: 1, everyOfVariant: runs(2, 1) },
  { count: 300, blockSize: 16 * 1024, every: runs(2, 1), everyOfVariant: runs(4, 1) },
  { count: 9000, blockSize: 64 * 1024, every: runs(9, 3), everyOfVariant: runs(18, 3) },
  { count: 200_000, blockSize: undefined, every: runs(72, 24), everyOfVariant: long ? 24 : undefined },
];

/** Where the questions begin. */
const shift = runs(0, Math.floor(Math.random() * 72));

/** One way of asking questions of a file, one after the other. */
export interface Pass {
  readonly workers: 0 | 1 | 2;
  /** In the other order, and with the index that the pass before has left. */
  readonly kept: boolean;
  /** Whether the preview is asked as well, which has its own workers and its own index. */
  readonly previews: boolean;
}

/** The passes over a file of so many records, one after the other; none where such a file is left out. */
export function passesOf(layout: Layout, { count, everyOfVariant }: Size): readonly Pass[] {
  const { divides, mergeBy, grows, follows, variant } = layout;
  if (variant && everyOfVariant === undefined) return [];
  // One record is there or not.
  if ((grows ?? follows) && count === 1) return [];
  const alone: Pass = { workers: 0, kept: false, previews: mergeBy === undefined };
  // One thread merges, and what grows is asked in several states.
  if (grows || mergeBy !== undefined) return [alone, { workers: 2, kept: false, previews: false }];
  if (isReadOnce(layout)) return [alone];
  if (!divides || count === 1) return [alone, { ...alone, kept: true }];
  return [
    alone,
    { workers: 2, kept: false, previews: false },
    { ...alone, workers: 1, kept: true },
    { workers: 2, kept: true, previews: false },
  ];
}

/** Whether a question can be asked in a pass over a layout. */
export function canAsk({ via, follows }: Layout, pass: Pass, { preview, name }: Question): boolean {
  if (follows && name !== followed) return false;
  return !preview || (pass.previews && via !== 'stdin');
}

/**
 * The questions of a pass in their order.
 * @param place of the layout among all
 */
export function questionsOf(layout: Layout, place: number, size: Size, pass: Pass): readonly Question[] {
  const passes = passesOf(layout, size);
  const turn = passes.findIndex(({ workers, kept }) => workers === pass.workers && kept === pass.kept);
  const every = everyOf(layout, size, passes.length);
  const asked = questions.filter((question, number) => {
    if (!canAsk(layout, pass, question)) return false;
    if ((layout.grows ?? layout.follows) && question.name === followed) return true;
    return (number + place + 5 * turn + shift) % every === 0;
  });
  return pass.kept ? asked.toReversed() : asked;
}

function everyOf(layout: Layout, { count, every, everyOfVariant = every }: Size, passes: number): number {
  // Each is asked several times of files that grow.
  if (layout.grows) return 8 * every;
  // What cannot be divided has half as many passes.
  const own = layout.variant && (layout.divides || count === 1) ? everyOfVariant : every;
  // Of few records, in one pass at least.
  return count <= 300 ? Math.min(own, passes) : own;
}

/**
 * Whether a question is asked again at once, which the columns answer that the first time has left. Where an index is kept,
 * so are the columns: they answer the first time already. There the short run asks once.
 */
export function isAskedAgain(layout: Layout, { kept }: Pass, { preview }: Question): boolean {
  if (layout.grows || preview || isReadOnce(layout)) return false;
  return long || !kept;
}

function isReadOnce({ via }: Layout): boolean {
  return via === 'stdin' || via === 'http, once';
}

const followed = 'followed while it grows';
