import {
  commas,
  delimited,
  jsonLines,
  logLines,
  logPattern,
  onDisk,
  utf8,
  type Growing,
  type GrowthStep,
  type Layout,
  type Written,
} from './layouts.ts';
import { partOf } from './records.ts';

/**
 * One entry a layout: the records of one file that grows, or of several in turn. Each is asked before it grows, in between
 * and afterwards: what was kept of it must not be what is answered then.
 */
const described: readonly Layout[] = [
  {
    ...onDisk('JSON Lines in a file that grows', 'json', 'x.jsonl', jsonLines),
    grows: ({ lines }) =>
      inPieces(
        lines.map((line) => `${line}\n`),
        '',
        '1.jsonl',
      ),
  },
  {
    ...onDisk('CSV in a file that grows', 'csv', 'x.csv', commas),
    grows: (written) => inPieces(...csvRows(written), '1.csv'),
  },
  {
    ...onDisk('JSON Lines in several files that grow', 'json', 'x.jsonl', jsonLines),
    via: 'files',
    grows: ({ lines }) =>
      inTurn(
        lines.map((line) => `${line}\n`),
        '',
        (turn) => `${files[turn]}.jsonl`,
      ),
  },
  {
    ...onDisk('CSV in several files that grow', 'csv', 'x.csv', commas),
    via: 'files',
    grows: (written) => inTurn(...csvRows(written), (turn) => `${files[turn]}.csv`),
  },
  {
    ...onDisk(
      'CSV in several files that are followed, each with its own columns and delimiter',
      'csv',
      'x.csv',
      commas,
    ),
    via: 'files',
    follows: (written) => {
      const rows = ways.map((way) => rowsIn(way, written));
      return inTurns(
        written.cells.length,
        (turn) => rows[wayOf[turn]],
        (turn) => `${files[turn]}.csv`,
      );
    },
  },
  {
    ...onDisk('log lines in several files that grow', 'log', 'x.log', logLines),
    pattern: logPattern,
    via: 'files',
    grows: (written) => {
      const lines = logLines(written).toString().split('\n').slice(0, -1);
      return inTurn(
        lines.map((line) => `${line}\n`),
        '',
        (turn) => `${files[turn]}.log`,
      );
    },
  },
  {
    ...onDisk('JSON Lines in folders that are columns and grow', 'json', 'x.jsonl', jsonLines),
    via: 'files',
    folderColumn: 'part',
    grows: ({ lines }) => {
      const texts = lines.map((line) => `${line}\n`);
      const fifth = (part: number): [number, number] => {
        const own = texts.flatMap((_, at) => (partOf(at, texts.length) === `p${part}` ? [at] : []));
        return [own[0], own[own.length - 1] + 1];
      };
      const [second, third, last] = [fifth(1), fifth(3), fifth(4)];
      const middle = Math.floor((third[0] + third[1]) / 2);
      const step = (name: string, from: number, to: number): GrowthStep => ({
        name,
        bytes: utf8(texts.slice(from, to).join('')),
        firstId: from + 1,
        records: to,
        bringsRecords: true,
      });
      return {
        parts: [step('part=p0/0.jsonl', 0, second[0]), step('part=p1/0.jsonl', ...second)],
        steps: [
          step('part=p2/0.jsonl', second[1], third[0]),
          step('part=p3/0.jsonl', third[0], middle),
          step('part=p3/0.jsonl', middle, third[1]),
          step('part=p4/0.jsonl', ...last),
        ],
        head: utf8(''),
      };
    },
  },
];

/** One of them, the table in several files, is asked at every size; the others are not grown by very many records. */
export const growingLayouts = described.map((layout, at) => ({ ...layout, variant: at !== 3 }));

/** Which file grows in which turn; the third one is new then. */
const files = [1, 2, 1, 1, 2, 3, 1, 3, 2];

/** What becomes of the file of a turn before, where its name is followed. All of one that is cut off has been read by then. */
const rotations = [
  ...Array.from({ length: 4 }, () => undefined),
  'cut off',
  undefined,
  'renamed',
  'cut off',
  undefined,
] as const;

/** How a file of delimited text is written: from which column on, behind the first, and what stands above its header. */
interface Way {
  readonly delimiter: string;
  readonly from: number;
  readonly above: string;
}

const plainly: Way = { delimiter: ',', from: 0, above: '' };
const ways: readonly Way[] = [
  plainly,
  { delimiter: ';', from: 3, above: 'Report\nof it\n' },
  { delimiter: '\t', from: 5, above: '' },
  { delimiter: ',', from: 8, above: 'Report\n\n' },
];

/** In which way the file of a turn is written: in another one from where its name leads to another file. */
const wayOf = [0, 1, 0, 0, 2, 3, 1, 0, 2];

interface Rows {
  readonly texts: readonly string[];
  /** What is above them. */
  readonly head: string;
}

function rowsIn({ delimiter, from, above }: Way, { cells }: Written): Rows {
  const header = delimited({ cells: [] }, delimiter, '\n', from);
  const texts = cells.map((row) => delimited({ cells: [row] }, delimiter, '\n', from).slice(header.length));
  return { texts, head: above + header };
}

/** The file's rows as texts, and what is above them. */
function csvRows(written: Written): [readonly string[], string] {
  const { texts, head } = rowsIn(plainly, written);
  return [texts, head];
}

/**
 * The first two turns are there at first, but for the end of the first one's last record: it comes with the third. All others
 * are whole.
 */
function inTurn(texts: readonly string[], head: string, nameOf: (turn: number) => string): Growing {
  return inTurns(texts.length, () => ({ texts, head }), nameOf);
}

/** @param rowsOf all rows, as the file of a turn has them */
function inTurns(count: number, rowsOf: (turn: number) => Rows, nameOf: (turn: number) => string): Growing {
  const share = count / (files.length - 1);
  const ends = files.map((_, turn) => Math.ceil(share * (turn < 2 ? turn + 1 : turn)));
  const textOf = (turn: number): string =>
    rowsOf(turn)
      .texts.slice(turn === 0 ? 0 : ends[turn - 1], ends[turn])
      .join('');
  const half = Math.floor(rowsOf(0).texts[ends[0] - 1].length / 2);
  const headed = new Set<string>();
  const step = (turn: number, text: string): GrowthStep => {
    const name = nameOf(turn);
    const { head } = rowsOf(turn);
    const above = headed.has(name) ? '' : head;
    headed.add(name);
    const firstId = turn === 0 ? 1 : ends[turn - 1] + 1;
    return {
      name,
      bytes: utf8(above + text),
      firstId,
      records: ends[turn],
      bringsRecords: turn !== 2,
      ...{ rotates: rotations[turn], head: utf8(head) },
    };
  };
  const first = textOf(0);
  return {
    parts: [step(0, first.slice(0, -half)), step(1, textOf(1))],
    steps: [step(2, first.slice(-half)), ...files.slice(3).map((_, at) => step(at + 3, textOf(at + 3)))],
    head: utf8(rowsOf(0).head),
  };
}

/** One file, in pieces that end anywhere in records. */
function inPieces(texts: readonly string[], head: string, name: string): Growing {
  const whole = utf8(head + texts.join(''));
  const ends: number[] = [];
  for (const text of texts) ends.push((ends.at(-1) ?? utf8(head).length) + utf8(text).length);
  const cuts = [0.4, 0.55, 0.7, 0.85, 1].map((share) => Math.floor(share * whole.length));
  const recordsTo = (cut: number): number => ends.filter((end) => end <= cut).length;
  const steps = cuts.slice(1).map((cut, at) => ({
    ...{ name, bytes: whole.subarray(cuts[at], cut) },
    ...{ firstId: recordsTo(cuts[at]) + 1, records: recordsTo(cut), bringsRecords: true },
  }));
  return { parts: [{ name, bytes: whole.subarray(0, cuts[0]) }], steps, head: utf8(head) };
}
