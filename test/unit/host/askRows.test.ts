import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Choice, Questions } from '../../../src/host/questions.ts';
import { askReading } from '../../../src/host/readAs.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import { Preview } from '../../support/preview.ts';

const list = (length: number) => Array.from({ length }, (_, id) => ({ id, tags: ['a'] }));
const document = { version: 1, users: list(5), orders: list(30), notes: ['x', 'y'], errors: list(2) };

describe('host/askRows', () => {
  let folder = '';
  let path = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    path = join(folder, 'tables.json');
    await writeFile(path, JSON.stringify(document));
  });
  after(() => rm(folder, { recursive: true }));

  /** Answers each list with the entry that begins so, and the box with a text. */
  function answering(answers: readonly string[], typed?: string) {
    const seen: string[][] = [];
    const left = [...answers];
    const questions: Questions = {
      pick: <T extends Choice>(_title: string, choices: readonly T[]) => {
        seen.push(choices.map(({ label, detail = '' }) => `${label} ${detail}`.trim()));
        const answer = left.shift() ?? '';
        return Promise.resolve(choices.find(({ label }) => label.startsWith(answer)));
      },
      text: () => Promise.resolve(typed),
    };
    return { questions, seen };
  }

  async function opened(options: FormatOptions): Promise<{ preview: Preview; records: number }> {
    const preview = await Preview.open(path, options);
    const { matched } = await preview.page.call('run', { query: '' });
    return { preview, records: matched };
  }

  it('offers the lists of a document as its rows', async () => {
    const { preview, records } = await opened({});
    assert.equal(records, 30);
    const { questions, seen } = answering(['Rows', '$.users']);
    const options = await askReading(questions, preview.info, {});
    assert.deepEqual(seen[1], [
      '$.orders[*] 30 records',
      '$.users[*] 5 records',
      '$.errors[*] 2 records',
      '$.notes[*] 2 records',
      'the whole document',
      'Other...',
    ]);
    await preview.close();
    assert.deepEqual(options, { rows: '$.users[*]' });
    const users = await opened(options);
    assert.equal(users.records, 5);
    const { questions: others } = answering(['$.errors']);
    assert.deepEqual(await askReading(others, users.preview.info, options, 'table'), { rows: '$.errors[*]' });
    await users.preview.close();
  });

  it('knows the lists of the first MiB, and says that it has not looked for more', async () => {
    const long = Array.from({ length: 2000 }, (_, id) => ({ id, text: 'x'.repeat(40) }));
    const far = Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(40) }));
    const longer = join(folder, 'longer.json');
    const offered = async (value: unknown, options: FormatOptions = {}) => {
      await writeFile(longer, JSON.stringify(value));
      const preview = await Preview.open(longer, options);
      const { questions, seen } = answering(['Rows']);
      await askReading(questions, preview.info, options);
      await preview.close();
      return seen[1];
    };
    const unseen = 'Other... Lists that begin after the first 1024 KiB of the document are not listed.';
    const some = ['$.long[*] 2000 records', '$.users[*] 5 records'];
    assert.deepEqual(await offered({ long, users: list(5) }), [...some, 'the whole document', 'Other...']);
    for (const options of [{}, { rows: '$.long[*]' }]) {
      const [first, second, ...rest] = await offered({ long, users: list(5), far, last: list(9) }, options);
      assert.equal(first, some[0], 'what the head has is meant');
      assert.match(second, /^\$\.far\[\*\] at least \d+ records$/);
      assert.deepEqual(rest, [some[1], 'the whole document', unseen]);
    }
    assert.equal(
      (await offered(far)).at(-1),
      'Other...',
      'records in a list at the top have no others beside them',
    );
  });

  it('takes a path that is typed, and asks again where nothing is there', async () => {
    const { questions } = answering(['Rows', 'Other'], ' $.nothing[*] ');
    const { preview } = await opened({});
    const options = await askReading(questions, preview.info, {});
    await preview.close();
    assert.deepEqual(options, { rows: '$.nothing[*]' });
    await assert.rejects(opened(options), /There is no list at \$\.nothing\[\*\]/);
    const { questions: again } = answering(['Rows', 'Other'], '$.notes');
    const next = await askReading(again, undefined, options);
    const { preview: notes, records } = await opened(next ?? {});
    assert.equal(records, 2);
    await notes.close();
  });
});
