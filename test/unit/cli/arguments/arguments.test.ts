import assert from 'node:assert/strict';
import { parseSparkAddress } from '../../../../src/engine/remote/address.ts';
import { readArguments, UsageError, type Command } from '../../../../src/cli/arguments/arguments.ts';

const plain = {
  kind: 'run',
  file: 'f',
  more: [],
  query: '',
  output: undefined,
  also: [],
  split: { limits: { records: undefined, bytes: undefined }, overwrite: false },
  service: undefined,
  to: undefined,
  count: false,
  rejects: undefined,
  schema: undefined,
  inferSchema: false,
  from: undefined,
  table: {},
  encoding: undefined,
  reading: false,
  profile: undefined,
  stages: undefined,
  metrics: undefined,
  texts: {},
  cells: { decimal: undefined, dates: undefined },
  cache: true,
  follow: undefined,
  merge: undefined,
  on: undefined,
  headers: {},
} satisfies Command;

describe('arguments', () => {
  const taken: [string[], Partial<Command>][] = [
    [['f'], {}],
    [['-'], { file: '-' }],
    [['f', 'a = 1'], { query: 'a = 1' }],
    [['--count', 'f', 'a = 1'], { query: 'a = 1', count: true }],
    [['f', '--to', 'csv', 'a = 1', '-o', 'out'], { query: 'a = 1', to: 'csv', output: 'out' }],
    [['f', '-oout', '--to=TSV'], { to: 'tsv', output: 'out' }],
    [['f', '--output', '-'], {}],
    [
      ['f', '--rejects', 'r', '--no-header', '--no-cache'],
      { rejects: 'r', table: { headerRows: 0 }, cache: false },
    ],
    [['f', '--from', 'JSON'], { from: 'json' }],
    [['f', '--follow'], { follow: { onlyNew: false, untilMs: undefined, idleMs: undefined } }],
    [
      ['f', '--follow', '--new', '--idle-timeout', '1.5m', '--until', '2026-01-31T10:00:00Z'],
      { follow: { onlyNew: true, untilMs: Date.UTC(2026, 0, 31, 10), idleMs: 90_000 } },
    ],
    [
      ['f', '--on', 'sc://localhost', '--on-path', 's3a://b/f'],
      {
        on: {
          ...{ address: parseSparkAddress('sc://localhost'), path: 's3a://b/f' },
          ...{ infers: false, output: undefined },
        },
      },
    ],
    [['f', '--pattern', '(?<a>.)', '--rows', '$'], { texts: { pattern: '(?<a>.)', rows: '$' } }],
    [['f', '-o', 'x.tsv.gz'], { output: 'x.tsv.gz' }],
    [['f', '--also', 'x.csv:id < 3'], { also: [{ output: 'x.csv', query: 'id < 3' }] }],
    [['f', '--also', 'x.csv.gz:id < 3'], { also: [{ output: 'x.csv.gz', query: 'id < 3' }] }],
    [
      ['f', '--also', String.raw`C:\a\x.csv:id < 3`],
      { also: [{ output: String.raw`C:\a\x.csv`, query: 'id < 3' }] },
    ],
    [
      ['f', '--also', String.raw`C:\a\x.csv: id < 3`],
      { also: [{ output: String.raw`C:\a\x.csv`, query: 'id < 3' }] },
    ],
    [['f', '--also', "x.csv:t = 'a: b'"], { also: [{ output: 'x.csv', query: "t = 'a: b'" }] }],
    [['f', '--also', 'x.csv:y.csv: id < 3'], { also: [{ output: 'x.csv:y.csv', query: 'id < 3' }] }],
    [['f', '--also', 'x: id < 3'], { also: [{ output: 'x', query: 'id < 3' }] }],
    [['f', '--also', 'x.csv:'], { also: [{ output: 'x.csv', query: '' }] }],
    [['f.log', '-o', 'x.log'], { file: 'f.log', output: 'x.log' }],
    [['http://a/f.log?x=1', '-o', 'x.log'], { file: 'http://a/f.log?x=1', output: 'x.log' }],
    [['f', '-o', 'x.bin', '--to', 'same'], { output: 'x.bin', to: 'same' }],
    [['f', '--rejects', 'r.ndjson'], { rejects: 'r.ndjson' }],
    [['f', '--delimiter', ';'], { table: { delimiter: ';' } }],
    [['f', '--delimiter', 'TAB'], { table: { delimiter: '\t' } }],
    [['f', '--delimiter=\\t'], { table: { delimiter: '\t' } }],
    [['f', '--delimiter=='], { table: { delimiter: '=' } }],
    [['f', '--delimiter=<'], { table: { delimiter: '<' } }],
    [['f', '--quote', "'"], { table: { quote: "'" } }],
    [['f', '--quote=None'], { table: { quote: '' } }],
    [
      ['f', '--header-rows', '2', '--first-line', '10', '--comment', '//', '--table', '2', '--tables', '3'],
      { table: { headerRows: 2, firstLine: 10, comment: '//', tables: 3, table: 2 } },
    ],
    [['f', '--no-header', '--header-rows=0', '--no-comment'], { table: { headerRows: 0, comment: '' } }],
    [['f', '--null', '\\N', '--null=n/a'], { table: { nulls: ['\\N', 'n/a'] } }],
    [['f', '--no-null'], { table: { nulls: [] } }],
    [['f', '--comment=None'], { table: { comment: '' } }],
    [['f', '--comment=--'], { table: { comment: '--' } }],
    [['f', '--encoding', 'Latin1'], { encoding: 'windows-1252' }],
    [['f', '--reading'], { reading: true }],
    [['f', 'a = 1', '--stages'], { query: 'a = 1', stages: 'table' }],
    [['f', '--stats', 'json', '--metrics', 'm.prom'], { stages: 'json', metrics: 'm.prom' }],
    [['f', '-a > 5'], { query: '-a > 5' }],
    [['f', '-(a)>5', '--count'], { query: '-(a)>5', count: true }],
    [['f', '-offset_y < 0'], { query: '-offset_y < 0' }],
    [['f', '--a > 5'], { query: '--a > 5' }],
    [['f', '|> LIMIT 5'], { query: '|> LIMIT 5' }],
    [['--count', '--', 'f', '-a'], { query: '-a', count: true }],
    [['--', '-f'], { file: '-f' }],
    [
      ['https://a.b/c', '--header', 'Authorization: Bearer a:b', '--header=X-Y:1'],
      { file: 'https://a.b/c', headers: { authorization: 'Bearer a:b', 'x-y': '1' } },
    ],
    [['f', ''], {}],
    [['f', '(user.json)'], { query: '(user.json)' }],
    [['f', "name='a.json'"], { query: "name='a.json'" }],
    [['-h', 'f'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
  ];
  for (const [args, change] of taken) {
    it(`takes ${JSON.stringify(args)}`, () => {
      const expected = change.kind === undefined || change.kind === 'run' ? { ...plain, ...change } : change;
      assert.deepEqual(readArguments(args), expected);
    });
  }

  const refused: [string[], string][] = [
    [[], 'No file given. Give a path, an address, or - for standard input.'],
    [[''], 'No file given. Give a path, an address, or - for standard input.'],
    [
      ['f', 'https://host/b.jsonl?token=secret'],
      'An address cannot be read together with other files or addresses: save it as a file, and give its name.',
    ],
    [
      ['f', 'ftp://host/b.csv'],
      'An address cannot be read together with other files or addresses: save it as a file, and give its name.',
    ],
    [['f', 'nope.csv'], "There is no file 'nope.csv'. If a column is meant, write (nope.csv)."],
    [
      ['f', 'no*.jsonl.gz', 'a = 1'],
      "There is no file 'no*.jsonl.gz'. If a column is meant, write (no*.jsonl.gz).",
    ],
    [['f', '-', 'a = 1'], 'Only files can be read as one table, not standard input.'],
    [['f', 'a', '=', '1'], "The query must be one argument: put it in quotes, 'a = 1'."],
    [['f', '--frobnicate'], "Unknown option '--frobnicate'."],
    [['f', '-x'], "Unknown option '-x'."],
    [['f', '--header', 'a: b'], '--header is only for http and https addresses.'],
    [['http://a', '--header', 'secret'], 'Write a header as Name: value.'],
    [
      ['http://a', '--header', 'X: a\u0001b'],
      'The value of the header x has characters that are not allowed in a header.',
    ],
    [['http://a', '--header', 'Range: bytes=1-2'], 'The header range is set by Rowriver.'],
    [['f', '--to'], "Option '--to <value>' argument missing."],
    [['f', '--to', '--count'], "Option '--to' argument is ambiguous."],
    [['f', '--count=3'], "Option '--count' does not take an argument."],
    [['f', '--stats', 'xml'], "--stats takes table or json, not 'xml'."],
    [['f', '--metrics', '-'], '--metrics needs the path of a file.'],
    [
      ['f', '--metrics', 'a.jsonl', '-o', 'a.jsonl'],
      '--metrics cannot be the same file as --output or --rejects.',
    ],
    [['f', '--new'], '--new, --until and --idle-timeout are only for --follow.'],
    [['f', '--follow', '--count', '-o', 'x.jsonl'], '--count cannot be combined with --output or --to.'],
    [
      ['f', '--follow', '-o', 'x.jsonl', '--metrics', 'm'],
      '--follow writes rows to standard output as they arrive, and cannot be combined with --output or --metrics.',
    ],
    [
      ['f', '--follow', '--until', '25:00'],
      "--until takes a time such as 18:30 or 2026-01-31T18:30:00, not '25:00'.",
    ],
    [
      ['f', '--follow', '--idle-timeout', '1d'],
      "--idle-timeout takes a time such as 30s, 5m or 500ms, not '1d'.",
    ],
    [['f', '--on-path', 'p'], '--on-path is only for --on.'],
    [['f', '--on-infer'], '--on-infer is only for --on.'],
    [['f', '--on-output', 'p'], '--on-output is only for --on.'],
    [
      ['f', '--on', 'sc://h', '--on-output', 'p', '-o', 'a.csv'],
      '--on-output cannot be combined with --output.',
    ],
    [
      ['f', '--on', 'sc://h', '--on-output', 'p', '--to', 'xlsx'],
      "--to takes parquet, jsonl, csv or tsv with --on-output, not 'xlsx'.",
    ],
    [
      ['f', '--on', 'sc://h', '--rejects', 'r', '--stages'],
      '--on cannot be combined with --rejects or --stages.',
    ],
    [
      ['f', '--on', 'localhost:15002'],
      '--on: A Spark Connect address is sc://host:port, optionally with /;name=value;... after it.',
    ],
    [['f', '--metrics', 'm', '--reading'], '--metrics cannot be combined with --profile or --reading.'],
    [['f', '--to', 'xml'], "--to takes same, jsonl, csv, tsv, json, md, parquet, arrow or xlsx, not 'xml'."],
    [['f', '--delimiter', ''], "--delimiter needs a character, for example ';' or tab."],
    [['f', '--quote', ''], "--quote takes \", ' or none, not ''."],
    [['f', '--quote', 'x'], "--quote takes \", ' or none, not 'x'."],
    [['f', '--header-rows', '-1'], "Option '--header-rows' argument is ambiguous."],
    [['f', '--header-rows', '1.5'], "--header-rows needs a whole number of at least 0, not '1.5'."],
    [['f', '--first-line', '0'], "--first-line needs a whole number of at least 1, not '0'."],
    [['f', '--tables', 'x'], "--tables needs a whole number of at least 1, not 'x'."],
    [['f', '--table', '3', '--tables', '2'], '--table 3 is more than --tables 2.'],
    [['f', '--no-header', '--header-rows', '1'], '--no-header and --header-rows cannot be combined.'],
    [['f', '--no-null', '--null', 'x'], '--no-null and --null cannot be combined.'],
    [['f', '--null', ''], "--null takes the text of a field without quotes, for example '\\N', not ''."],
    [['f', '--no-comment', '--comment', '#'], '--no-comment and --comment cannot be combined.'],
    [['f', '--comment', 'a b'], "--comment takes what comments begin with, such as '#', or none, not 'a b'."],
    [['f', '--encoding', 'klingon'], "--encoding: unknown encoding 'klingon'."],
    [
      ['f', 'a', '--reading'],
      '--reading cannot be combined with a query, --count, --stages, --output or --to.',
    ],
    [
      ['f', '--stages', '--reading'],
      '--reading cannot be combined with a query, --count, --stages, --output or --to.',
    ],
    [['f', '--delimiter', '"'], '--delimiter cannot be a quote or a line end.'],
    [['f', '-o', ''], '--output needs the path of a file.'],
    [['f', '--also', '-: id < 3'], '--also needs the path of a file.'],
    [['f', '--rejects', '-'], '--rejects needs the path of a file.'],
    [['f', '-o', 'x', '--rejects', 'x'], '--output and --rejects cannot be the same file.'],
    [
      ['f', '-o', 'x.parquet.gz'],
      "--output: '.parquet' is not a format that can be written. Use one of .jsonl .ndjson .csv .tsv .tab .json .md .markdown .parquet .arrow .feather .xlsx .txt, optionally with .gz or .zst (but not after .parquet, .arrow, .feather or .xlsx), or set the format with --to.",
    ],
    [['f', '--rejects', 'r.csv'], "--rejects writes JSON Lines: the name cannot end in '.csv'."],
    [['f', '--invalid', 'i.jsonl'], '--invalid needs a JSON Schema: --schema FILE.'],
    [['f', '--fail-on-invalid'], '--fail-on-invalid needs a JSON Schema: --schema FILE.'],
    [
      ['f', '--schema', 's', '--report', 'r.csv'],
      "--report writes JSON Lines: the name cannot end in '.csv'.",
    ],
    [['f', '--schema', 's', '--reading'], '--reading cannot be combined with --schema.'],
    [
      ['new-stage'],
      'rowriver new-stage takes a name, which becomes a folder; a file of that name is ./new-stage.',
    ],
    [['f', '--from', 'xlsx'], "--from takes jsonl, json, log or csv, not 'xlsx'."],
    [['f', '--count', '--to', 'csv'], '--count cannot be combined with --output or --to.'],
    [["FROM 'a.csv'", 'b.csv'], "FROM names 'a.csv', and 'b.csv' is given as well. Leave out one of them."],
    [
      ['b.csv', "SELECT x FROM 'a.csv'"],
      "FROM names 'a.csv', and 'b.csv' is given as well. Leave out one of them.",
    ],
    [
      ['SELECT x FROM data'],
      "The query names no file. Write it in single quotes after FROM, as in FROM 'data.csv', or give FILE before the query.",
    ],
    [
      ["FROM 'a.csv' |> WHERE"],
      'The query cannot be read: the query ends here; expected an expression, such as status >= 500.',
    ],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => readArguments(args), new UsageError(message));
    });
  }
});
