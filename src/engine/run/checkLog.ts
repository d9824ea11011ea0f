import type { BrokenRule, CheckSummary, Violation } from '../../protocol/schemaCheck.ts';
import { english } from '../../said/said.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { ViolationUse } from '../pool/task.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { neededHead } from '../sink/exportFormat.ts';
import { frameOf } from '../sink/frame.ts';

/** Where what a schema does not allow goes. */
export interface CheckSinks {
  /** So many violations are kept as they are found, in the order of the file. */
  readonly keep?: number | undefined;
  /** Takes a JSON object a line for each violation. */
  readonly report?: ByteSink | undefined;
  /** Takes the invalid records, in the format of their file. */
  readonly invalid?: ByteSink | undefined;
  /** Told of what was found so far, each time that more is known. */
  readonly found?: ((log: CheckLog) => void) | undefined;
}

/** What a log has noted, to go on from there. Plain data. */
export interface CheckState {
  readonly rules: readonly (readonly [string, BrokenRule])[];
  readonly records: number;
  readonly invalid: number;
  readonly hasWritten: boolean;
}

/** Violations are written in pieces of about this many bytes. */
const pieceSize = 256 * 1024;

/** What a run finds when it checks the records of a file by its schema. */
export class CheckLog {
  readonly #sinks: CheckSinks;
  readonly #rules = new Map<string, BrokenRule>();
  readonly #kept: Violation[] = [];
  #records = 0;
  #invalid = 0;
  #hasWritten = false;
  readonly #dataset: Dataset;

  /** @param before what an export had noted that is gone on with */
  constructor(dataset: Dataset, sinks: CheckSinks = {}, before?: CheckState) {
    this.#dataset = dataset;
    this.#sinks = sinks;
    if (!before) return;
    for (const [key, rule] of before.rules) this.#rules.set(key, rule);
    this.#records = before.records;
    this.#invalid = before.invalid;
    this.#hasWritten = before.hasWritten;
  }

  get state(): CheckState {
    const rules = [...this.#rules];
    return { rules, records: this.#records, invalid: this.#invalid, hasWritten: this.#hasWritten };
  }

  /** What a scan is to find for it. */
  get use(): ViolationUse | undefined {
    const { report, invalid, keep = 0 } = this.#sinks;
    const list = report !== undefined || keep > 0;
    return list || invalid ? { list, bytes: invalid !== undefined } : undefined;
  }

  /** The first violations, where some are to be kept. */
  get violations(): readonly Violation[] {
    return this.#kept;
  }

  /** Takes in what a scan has found, in the order of the file. @throws SinkError */
  async take({ place, result }: OrderedResult, signal: AbortSignal): Promise<void> {
    const checked = result?.checked;
    if (!checked) return;
    this.#records += checked.records;
    this.#invalid += checked.invalid;
    for (const { key, path, rule, message, records } of checked.rules) {
      const known = this.#rules.get(key);
      this.#rules.set(
        key,
        known ? { ...known, records: known.records + records } : { path, rule, message, place: key, records },
      );
    }
    const { report, invalid, keep = 0 } = this.#sinks;
    if (checked.listed) this.#kept.push(...firstOf(checked.listed, place, keep - this.#kept.length));
    if (report && checked.listed) await writeReport(report, checked.listed, place);
    if (invalid && checked.bytes && checked.bytes.length > 0) {
      await this.#writeInvalid(invalid, checked.bytes, signal);
    }
    this.#sinks.found?.(this);
  }

  /** Writes what is still held, before `commit`. @throws SinkError */
  async finish(signal: AbortSignal): Promise<void> {
    const { report, invalid } = this.#sinks;
    if (invalid) {
      const frame = await this.#frame(signal);
      if (!this.#hasWritten && frame.head.length > 0) await invalid.write(frame.head);
      const tail = frame.tail(this.#hasWritten);
      if (tail.length > 0) await invalid.write(tail);
    }
    await report?.finish?.();
    await invalid?.finish?.();
  }

  async commit(): Promise<void> {
    const { report, invalid } = this.#sinks;
    await report?.commit();
    await invalid?.commit();
  }

  /** The rules that are broken most often come first. */
  summary(): CheckSummary | undefined {
    if (!this.#dataset.checks) return undefined;
    const rules = [...this.#rules.values()].sort((a, b) => b.records - a.records);
    return { records: this.#records, invalid: this.#invalid, rules };
  }

  async #writeInvalid(sink: ByteSink, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    if (this.#hasWritten) {
      await sink.write(bytes);
      return;
    }
    const frame = await this.#frame(signal);
    this.#hasWritten = true;
    if (frame.head.length > 0) await sink.write(frame.head);
    await sink.write(bytes.subarray(frame.lead));
  }

  async #frame(signal: AbortSignal): Promise<ReturnType<typeof frameOf>> {
    const { format } = this.#dataset;
    const head = await this.#dataset.head(neededHead(format, 'same'), signal);
    return frameOf(format, 'same', head, []);
  }
}

type Listed = NonNullable<NonNullable<NonNullable<OrderedResult['result']>['checked']>['listed']>;

function firstOf(listed: Listed, origin: OrderedResult['place'], most: number): Violation[] {
  const { records, lines, kinds, violations } = listed;
  return Array.from({ length: Math.min(most, records.length) }, (_, at) => {
    const { path, rule, message } = violations[kinds[at]];
    const value = valueOf(listed, at);
    return {
      record: origin.record + records[at] + 1,
      line: origin.line + lines[at] + 1,
      ...{ path, rule, message },
      ...(value !== '' && { value }),
    };
  });
}

const decoder = new TextDecoder();

/** The value that breaks a rule; '' where one is missing. */
function valueOf({ values, valueEnds }: Listed, at: number): string {
  return decoder.decode(values.subarray(at === 0 ? 0 : valueEnds[at - 1], valueEnds[at]));
}

async function writeReport(sink: ByteSink, listed: Listed, origin: OrderedResult['place']): Promise<void> {
  const { records, lines, offsets, kinds, violations } = listed;
  const texts = violations.map(({ path, rule, message }) =>
    JSON.stringify({ path, rule, message: english(message) }).slice(1, -1),
  );
  const out = new ByteBuilder();
  for (let i = 0; i < records.length; i++) {
    const record = origin.record + records[i] + 1;
    const line = origin.line + lines[i] + 1;
    const value = valueOf(listed, i);
    const ended = value === '' ? '' : `,"value":${JSON.stringify(value)}`;
    out.text(`{"record":${record},"line":${line},"offset":${offsets[i]},${texts[kinds[i]]}${ended}}\n`);
    if (out.length < pieceSize) continue;
    await sink.write(out.take());
    out.clear();
  }
  if (out.length > 0) await sink.write(out.take());
}
