import { l10n, Uri, window } from 'vscode';
import { endingOf, endings, isWritable, namedTarget, type NamedSource } from '../engine/sink/targetName.ts';
import { stageTable } from '../engine/run/stageTable.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { FileInfo } from '../protocol/file.ts';
import { SaidError } from '../said/said.ts';
import { pathOf, type Addresses } from './addresses.ts';
import { comparedIn, comparisonScheme } from './comparisons.ts';
import { fileOfResult, sparkScheme } from './sparkTabs.ts';
import { openPreview } from './editors.ts';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import { isSameFile, proposedTarget } from './exportTarget.ts';
import { doubtWords, joinedMalformedWords, exportedWords, rejectedWords } from './exportWords.ts';
import type { Readings } from './readings.ts';
import type { InterruptedExports } from './interruptedExports.ts';
import { withProgress, type Work } from './exportProgress.ts';

/** What an export takes its records from: a file that is open, as a preview shows it. */
export interface ShownFile {
  readonly uri: Uri;
  readonly session: EngineSession;
  /** Undefined until the engine has opened it. */
  readonly info: FileInfo | undefined;
}

/** Exports with what belongs to it on screen: where to, how far, and what came of it. */
export class Exporter {
  readonly #engine: EngineHost;
  readonly #readings: Readings;
  readonly #addresses: Addresses;
  readonly #interrupted: InterruptedExports;
  readonly #log: (text: string) => void;

  /** @param log is told what the stages of each export took */
  constructor(
    engine: EngineHost,
    readings: Readings,
    addresses: Addresses,
    interrupted: InterruptedExports,
    log: (text: string) => void,
  ) {
    this.#engine = engine;
    this.#readings = readings;
    this.#addresses = addresses;
    this.#interrupted = interrupted;
    this.#log = log;
  }

  /** Asks where to and writes what the query selects. Undefined where the user thinks better of it. */
  async exportSubset(shown: ShownFile, query: string): Promise<ExportSummary | undefined> {
    const source = pathOf(shown.uri, shown.info);
    const proposed = proposedTarget(source, query.trim() === '' ? 'copy' : 'filtered');
    const target = await this.#askForTarget(shown.uri, proposed, ({ fsPath }) =>
      isWritable(source, fsPath) ? undefined : notWritable(fsPath),
    );
    if (target === undefined) return undefined;
    const to = namedTarget(namedSource(shown.uri, shown.info), target.fsPath);
    const request = { session: shown.session.number, query, target: target.fsPath, to };
    const work: Work = (signal, onProgress) => this.#engine.call('export', request, { signal, onProgress });
    const summary = await withProgress(target, work, (path) => this.#interrupted.workOf(path));
    if (summary) {
      this.#report(shown.uri, target, summary);
      void this.#tellOfSubset(shown, target, summary);
    }
    return summary;
  }

  /** Writes what the query selects to where it is told, over what is there, without asking or telling. */
  async exportTo(source: Uri, query: string, target: Uri): Promise<ExportSummary> {
    if (await isSource(source, target)) {
      throw new Error(l10n.t('A file cannot be exported onto itself: {0}', source.fsPath));
    }
    if (!isWritable(pathOf(source), target.fsPath)) throw new Error(notWritable(target.fsPath));
    const { session, info } = await this.#openSession(source);
    try {
      const to = namedTarget(namedSource(source, info), target.fsPath);
      const request = { session: session.number, query, target: target.fsPath, to };
      const summary = await this.#engine.call('export', request);
      this.#report(source, target, summary);
      return summary;
    } finally {
      session.close();
    }
  }

  /** Asks where to and writes the malformed records, one JSON object a line. */
  async exportRejects(shown: ShownFile): Promise<ExportSummary | undefined> {
    const proposed = proposedTarget(pathOf(shown.uri, shown.info), 'rejects', '.jsonl');
    const target = await this.#askForTarget(shown.uri, proposed, ({ fsPath }) =>
      isWritable(proposed, fsPath) && namedTarget(rejectsSource, fsPath) === 'same'
        ? undefined
        : l10n.t('Malformed records are written as JSON Lines: choose a name that ends in .jsonl.'),
    );
    if (target === undefined) return undefined;
    const request = { session: shown.session.number, target: target.fsPath };
    const summary = await withProgress(target, (signal, onProgress) =>
      this.#engine.call('exportRejects', request, { signal, onProgress }),
    );
    if (summary) {
      this.#report(shown.uri, target, summary);
      void offerPreview(target, rejectedWords(target, summary));
    }
    return summary;
  }

  #report(source: Uri, target: Uri, { stages, doubt, joined = [] }: ExportSummary): void {
    if (doubt) void window.showWarningMessage(doubtWords(doubt, pathOf(source)));
    for (const other of joined) {
      if (other.doubt) void window.showWarningMessage(doubtWords(other.doubt, other.name));
      if (other.malformed > 0) void window.showWarningMessage(joinedMalformedWords(other));
    }
    if (stages) this.#log(`${target.fsPath}: ${stageTable(stages)}`);
  }

  /** A session without a page. */
  async #openSession(source: Uri): Promise<{ session: EngineSession; info: FileInfo }> {
    const place = await this.#addresses.placeOf(source);
    if (place === undefined)
      throw new Error(l10n.t('The password or token for this address is not stored on this machine.'));
    return new Promise((resolve, reject) => {
      const session = this.#engine.open(
        { ...place, options: this.#readings.of(source) },
        {
          message: () => undefined,
          opened: (info) => resolve({ session, info }),
          failed: (error) => {
            session.close();
            reject(new SaidError(error.said));
          },
          // Whoever waits for the export hears of it as that call's failure.
          interrupted: () => undefined,
        },
      );
    });
  }

  /** @param fault says of a target why nothing can be written under its name; undefined where it can */
  async #askForTarget(
    source: Uri,
    proposed: string,
    fault: (target: Uri) => string | undefined,
  ): Promise<Uri | undefined> {
    for (;;) {
      const target = await window.showSaveDialog({
        defaultUri: Uri.file(proposed),
        saveLabel: l10n.t('Export'),
        title: l10n.t('Export: the file extension sets the format; add .gz or .zst to compress'),
        filters: {
          [l10n.t('JSON Lines')]: ['jsonl', 'ndjson'],
          CSV: ['csv'],
          TSV: ['tsv', 'tab'],
          [l10n.t('JSON array')]: ['json'],
          [l10n.t('Markdown table')]: ['md'],
          Parquet: ['parquet'],
          'Arrow (Feather)': ['arrow', 'feather'],
          [l10n.t('Excel workbook')]: ['xlsx'],
          [l10n.t('Compressed (.jsonl.gz, .csv.zst, ...)')]: ['gz', 'zst'],
          [l10n.t('All files')]: ['*'],
        },
      });
      if (target === undefined) return undefined;
      if (target.scheme !== 'file') {
        await window.showErrorMessage(
          l10n.t('Can only export to local files, not to "{0}:".', target.scheme),
        );
      } else if (await isSource(source, target)) {
        await window.showErrorMessage(l10n.t('That is the file being read. Choose another name.'), {
          modal: true,
        });
      } else {
        const message = fault(target);
        if (message === undefined) return target;
        await window.showErrorMessage(message, { modal: true });
      }
    }
  }

  async #tellOfSubset(shown: ShownFile, target: Uri, summary: ExportSummary): Promise<void> {
    const { done, left } = exportedWords(target, summary, shown.info?.format);
    if (left === '') {
      await offerPreview(target, done);
      return;
    }
    const open = l10n.t('Open Preview');
    const rejects = l10n.t('Export Malformed Records...');
    const offered = unread.test(target.path) ? [rejects] : [open, rejects];
    const picked = await window.showWarningMessage(`${done} ${left}`, ...offered);
    if (picked === open) await openPreview(target);
    if (picked === rejects) await this.exportRejects(shown);
  }
}

/** Rejects are JSON Lines, whatever the file is. */
const rejectsSource = { name: '', kind: 'jsonl' } as const;

function namedSource(source: Uri, info: FileInfo | undefined): NamedSource {
  return { name: pathOf(source, info), kind: info?.format ?? 'jsonl', delimiter: info?.reading?.delimiter };
}

function notWritable(target: string): string {
  return l10n.t(
    'Can\'t export to "{0}". Use one of these extensions: {1}, optionally followed by .gz or .zst (but not after .parquet, .arrow, .feather or .xlsx).',
    endingOf(target),
    endings.join(' '),
  );
}

/** Whether a file is the one that a tab shows, or one that it compares or has a cluster read. */
async function isSource(source: Uri, target: Uri): Promise<boolean> {
  if (source.scheme === comparisonScheme) {
    const { before, after } = comparedIn(source);
    return (await isSource(before, target)) || isSource(after, target);
  }
  if (source.scheme === sparkScheme) return isSource(fileOfResult(source), target);
  return source.scheme === 'file' && isSameFile(source.fsPath, target.fsPath);
}

/** What an export can write and a preview cannot read. */
const unread = /\.(?:xlsx|arrow|feather)$/i;

async function offerPreview(target: Uri, message: string): Promise<void> {
  if (unread.test(target.path)) {
    void window.showInformationMessage(message);
    return;
  }
  const open = l10n.t('Open Preview');
  if ((await window.showInformationMessage(message, open)) === open) await openPreview(target);
}
