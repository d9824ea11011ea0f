import { draw } from '../query/predicate/sample.ts';
import type { Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { batchesOf, RowCodec } from './held/rows.ts';
import type { Stage } from './stage.ts';

/** TABLESAMPLE of rows that are not the file's: the file's own are drawn by the scan. */
export function sampleStage({ size, unit, seed }: Step<'sample'>): Stage {
  return {
    name: 'TABLESAMPLE',
    reads: [],
    fills: [],
    run: (input, { live }) =>
      unit === 'percent'
        ? samplePercent(input, size, seed)
        : sampleRows(input, size, seed, new RowCodec(live)),
  };
}

/** TABLESAMPLE n PERCENT behind other operators: each row by its place in the stream. */
async function* samplePercent(
  batches: AsyncIterable<Batch>,
  percent: number,
  seed: number,
): AsyncGenerator<Batch> {
  const limit = (percent / 100) * 2 ** 32;
  let place = 0;
  for await (const batch of batches) {
    const selection = new Uint32Array(batch.count);
    let count = 0;
    for (let i = 0; i < batch.count; i++) {
      if (draw(place++, seed) < limit) selection[count++] = batch.selection[i];
    }
    if (count > 0) yield { ...batch, selection, count };
  }
}

/**
 * TABLESAMPLE n ROWS: of all rows any n, each set of n with the same chance (Vitter's algorithm R), in the order in
 * which they came.
 */
async function* sampleRows(
  batches: AsyncIterable<Batch>,
  size: number,
  seed: number,
  codec: RowCodec,
): AsyncGenerator<Batch> {
  const kept: { place: number; row: Uint8Array }[] = [];
  const out = new ByteWriter();
  let place = 0;
  for await (const batch of batches) {
    const vectors = codec.vectors(batch);
    for (let i = 0; i < batch.count; i++, place++) {
      const at = place < size ? place : Math.floor((draw(place, seed) / 2 ** 32) * (place + 1));
      if (at >= size) continue;
      out.clear();
      codec.write(out, vectors, batch.selection[i]);
      kept[at] = { place, row: out.take() };
    }
  }
  kept.sort((a, b) => a.place - b.place);
  yield* batchesOf(
    codec,
    kept.map(({ row }) => row),
  );
}
