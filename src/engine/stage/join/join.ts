import type { Slot } from '../../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../../query/resolve/step.ts';
import type { Batch } from '../batch.ts';
import { inPieces } from '../pieces.ts';
import type { RowStage, Stage, StageSetting } from '../stage.ts';
import type { SharedJoin } from './build.ts';
import { JoinKeys } from './keys.ts';
import { JoinMatches } from './matches.ts';
import { JoinParts } from './parts.ts';
import { JoinTable } from './table.ts';

/**
 * JOIN: a table of the other file's rows is made first, and the rows are looked up in it.
 * @param shared the table, where it is there already: then each thread looks its own rows up
 */
export function joinStage(step: Step<'join'>, slots: readonly Slot[], shared?: SharedJoin): Stage {
  return {
    name: step.type === 'inner' ? 'JOIN' : `${step.type.toUpperCase()} JOIN`,
    reads: [...slotsOfBound(step.bound), ...slotsOfBound(step.conditionBound)].filter(
      (slot) => slot !== step.slot,
    ),
    fills: [step.slot],
    holds: true,
    ...(shared && { local: () => joinedRow(step, slots, shared) }),
    run: (input, setting) => joined(input, step, slots, setting),
  };
}

function joinedRow(
  step: Step<'join'>,
  slots: readonly Slot[],
  { natures, puts, memory }: SharedJoin,
): RowStage {
  const rows = new JoinTable(memory);
  const keys = new JoinKeys(step, slots, natures);
  const matches = new JoinMatches(step, slots, rows, keys.pairs, puts);
  return (piece) => {
    const values = keys.of(piece);
    return matches.allOf(piece, keys.firsts(piece, values, rows), values);
  };
}

async function* joined(
  input: AsyncIterable<Batch>,
  step: Step<'join'>,
  slots: readonly Slot[],
  { joins, signal, live, budget, folder }: StageSetting,
): AsyncGenerator<Batch> {
  if (!joins) throw new TypeError('JOIN was planned where it is not allowed.');
  const { table, natures, puts, rest } = await joins.build(step, slots, live, budget, signal);
  const keys = new JoinKeys(step, slots, natures);
  const { pairs } = keys;
  const matches = new JoinMatches(step, slots, table, pairs, puts);
  const pieces = inPieces(input, (piece) => ({ piece, values: keys.of(piece) }), signal);
  if (rest) {
    const parts = new JoinParts(step, { table, matches, pairs, live, budget, folder, signal });
    for await (const rows of rest.read()) {
      for (const { key, row } of rows) {
        if (!parts.tryAddOther(key, row)) await parts.addOther(key, row);
      }
    }
    yield* parts.joined(pieces);
    return;
  }
  for await (const { piece, values } of pieces) {
    const firsts = keys.firsts(piece, values, table);
    for (const { batch } of matches.of(piece, firsts, values)) yield batch;
    signal.throwIfAborted();
  }
}
