import assert from 'node:assert/strict';
import { long } from '../../support/long.ts';
import { growingLayouts } from './growingLayouts.ts';
import { layouts } from './layouts.ts';
import { mergedLayouts } from './mergedLayouts.ts';
import { canAsk, isAskedAgain, passesOf, questionsOf, sizes, type Pass } from './plan.ts';
import { questions, type Question } from './questions.ts';

const all = [...layouts, ...mergedLayouts, ...growingLayouts];

/** One question in one pass over one file. */
interface Asked {
  readonly layout: string;
  readonly count: number;
  readonly pass: Pass;
  readonly question: Question;
  readonly again: boolean;
}

const asked: readonly Asked[] = sizes.flatMap((size) =>
  all.flatMap((layout, place) =>
    passesOf(layout, size).flatMap((pass) =>
      questionsOf(layout, place, size, pass).map((question) => ({
        layout: layout.name,
        count: size.count,
        pass,
        question,
        again: isAskedAgain(layout, pass, question),
      })),
    ),
  ),
);

const passName = ({ workers, kept }: Pass): string => `${workers} workers${kept ? ', kept' : ''}`;

describe('matrix/plan', () => {
  it('asks every layout that does not grow every question that it can be asked, of few records', () => {
    const done = new Set(
      asked.filter(({ count }) => count <= 300).map(({ layout, question }) => `${layout}: ${question.name}`),
    );
    const missing = all.flatMap((layout) => {
      if (layout.grows ?? layout.follows) return [];
      const passes = sizes.flatMap((size) => passesOf(layout, size));
      return questions
        .filter((question) => passes.some((pass) => canAsk(layout, pass, question)))
        .map(({ name }) => `${layout.name}: ${name}`)
        .filter((name) => !done.has(name));
    });
    assert.deepEqual(missing, []);
  });

  it('asks every question in every kind of pass, of 300 and of 9,000 records', () => {
    for (const count of [300, 9000]) {
      const some = asked.filter((one) => one.count === count);
      const done = new Set(some.map(({ pass, question }) => `${passName(pass)}: ${question.name}`));
      const kinds = new Map(some.map(({ pass }) => [passName(pass), pass]));
      // Few layouts cannot be divided: their second pass is over few records, for most questions.
      if (count > 300) kinds.delete(passName({ workers: 0, kept: true, previews: true }));
      const missing = [...kinds].flatMap(([name, pass]) =>
        questions
          .filter(({ preview }) => !preview || pass.previews)
          .map((question) => `${name}: ${question.name}`)
          .filter((what) => !done.has(what)),
      );
      assert.deepEqual(missing, []);
    }
  });

  it('asks again, from the columns of the first time, every question that is not of a preview', () => {
    for (const count of [1, 300, 9000]) {
      const done = new Set(
        asked.filter((one) => one.again && one.count === count).map(({ question }) => question.name),
      );
      const missing = questions.filter(({ name, preview }) => !preview && !done.has(name));
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      );
    }
  });

  // What is taken out of the short run, or comes to it, is seen here.
  it('asks as many questions as it says', function () {
    if (long) this.skip();
    const counts = sizes.map(({ count }) => {
      const some = asked.filter((one) => one.count === count);
      return [count, some.length + some.filter(({ again }) => again).length];
    });
    assert.deepEqual(counts, [
      [1, 8715],
      [300, 8152],
      [9000, 1675],
      [200_000, 129],
    ]);
  });
});
