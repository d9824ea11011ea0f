import { basename } from 'node:path';
import type { BrokenRule, Violation } from '../../protocol/schemaCheck.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { english } from '../../said/said.ts';
import { CheckLog } from '../run/checkLog.ts';
import { compiledSchema } from '../schema/checker.ts';
import { loadSchema } from '../schema/load.ts';
import type { SchemaSpec } from '../schema/schemaSpec.ts';
import { visible } from '../visible.ts';
import { counted, grouped } from '../words.ts';
import { answer, Room, roomBeside, type AnswerLine } from './answer.ts';
import { reportTo, type Call } from './call.ts';
import { shownLine } from './cells.ts';
import { readablePath } from './confine.ts';
import { withDeadline } from './deadline.ts';
import type { AskedFile } from './openFiles.ts';
import { partlyRead, shareRead } from './share.ts';

/** Rules and single violations that are shown. */
const [mostRules, mostExamples] = [20, 10];

/** Answers which records of a file a JSON Schema does not allow. @throws ToolError, SchemaError, SourceError */
export async function checkedBySchema(
  call: Call,
  asked: AskedFile,
  path: string,
  schemaPath: string,
): Promise<ToolAnswer> {
  const { input, scope, signal } = call;
  const schemaFile = await readablePath(schemaPath, scope);
  // What a schema refers to is confined as it is itself.
  const schema = await loadSchema(schemaFile, signal, (other) => readablePath(other, scope));
  // What is wrong with it is said before anything is read.
  await compiledSchema(schema, basename(schemaFile));
  const { rules, examples, records, invalid, malformed, share } = await check(call, asked, schema);
  const figures = {
    file: path,
    schema: schemaFile,
    valid: invalid === 0 && malformed === 0,
    records,
    invalid,
    complete: share === 1,
    share_read: share,
    malformed,
  };
  const head = [
    `${visible(basename(path))}: ${counted(records, 'record')} checked against ${visible(basename(schemaFile))}, ${invalid === 0 ? 'none invalid' : `${grouped(invalid)} invalid`}; ${malformed === 0 ? 'none malformed' : `${grouped(malformed)} malformed (without schema, this tool shows them)`}.`,
    partlyRead(share),
  ];
  const lines = [...rules.slice(0, mostRules).map(ruleLine), ...examples.map(violationLine)];
  const room = new Room(roomBeside(input.number('max_bytes'), figures, head.join('\n')) - 150);
  const shown = lines.filter((line) => room.take(line));
  const values = (part: Line['part']): unknown[] =>
    shown.filter((line) => line.part === part).map(({ value }) => value);
  const hidden = rules.length - values('rules').length;
  const notes = [hidden > 0 ? `${counted(hidden, 'broken rule')} not shown; raise max_bytes for more.` : ''];
  const structured = { ...figures, rules: values('rules'), violations: values('violations') };
  return answer([...head, ...notes], shown, { ...structured, hidden_rules: hidden });
}

interface Checked {
  readonly rules: readonly BrokenRule[];
  readonly examples: readonly Violation[];
  readonly records: number;
  readonly invalid: number;
  readonly malformed: number;
  readonly share: number;
}

async function check(call: Call, asked: AskedFile, schema: SchemaSpec): Promise<Checked> {
  const report = reportTo(call);
  const seconds = call.input.number('time_limit_seconds');
  return withDeadline(seconds, call.signal, async ({ signal, until }) => {
    const dataset = await asked.open({ schema, signal });
    try {
      const log = new CheckLog(dataset, { keep: mostExamples });
      let share = 1;
      const scan = { query: undefined, output: { kind: 'count' }, violations: log.use } as const;
      await asked.file.whileScanning(async () => {
        for await (const found of dataset.scan(scan, signal)) {
          await log.take(found, signal);
          report(found.scanned, dataset.expectedSize);
          if (!until.aborted) continue;
          share = shareRead(found.scanned, dataset);
          return;
        }
      });
      const { rules = [], records = 0, invalid = 0 } = log.summary() ?? {};
      return { rules, examples: log.violations, records, invalid, malformed: dataset.index.malformed, share };
    } finally {
      await dataset.close();
    }
  });
}

interface Line extends AnswerLine {
  readonly part: 'rules' | 'violations';
}

/** Characters of a place in a record and of what is said of it: names and values of the schema are in them. */
const mostCharacters = 300;

function ruleLine({ records, ...broken }: BrokenRule): Line {
  const { words, value } = shownViolation(broken);
  return { part: 'rules', text: `${counted(records, 'record')}: ${words}`, value: { ...value, records } };
}

function violationLine({ record, line, ...broken }: Violation): Line {
  const { words, value } = shownViolation(broken);
  return {
    part: 'violations',
    text: `record ${record}, line ${line}: ${words}`,
    value: { record, line, ...value },
  };
}

function shownViolation({ path, rule, message }: Pick<Violation, 'path' | 'rule' | 'message'>): {
  readonly words: string;
  readonly value: object;
} {
  const [at, said] = [path, english(message)].map((text) => text.slice(0, mostCharacters));
  return {
    words: shownLine(`${`${at} ${said}`.trim()} (${rule})`),
    value: { rule: visible(rule), path: visible(at), message: visible(said) },
  };
}
