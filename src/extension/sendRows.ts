import { basename } from 'node:path';
import { l10n, Uri, window, type SecretStorage } from 'vscode';
import { serviceName } from '../engine/send/serviceName.ts';
import { isPostgresAddress, parseTableName, type TableName } from '../engine/sink/postgres/address.ts';
import type { EngineHost } from '../host/engineHost.ts';
import { wordsOf } from '../host/l10n.ts';
import type { BrokenSend, ExportSummary, SendRequest } from '../protocol/engine.ts';
import { pathOf } from './addresses.ts';
import { askForAddress, askForHeader } from './askForAddress.ts';
import { openPreview } from './editors.ts';
import { attempt } from './exportProgress.ts';
import type { ShownFile } from './exporter.ts';
import { proposedTarget } from './exportTarget.ts';
import { mayGoBetter } from './exportWords.ts';

/** A service that rows were sent to. Secret as a whole: addresses hold passwords and tokens. */
interface KeptService {
  readonly url: string;
  readonly table?: string | undefined;
  readonly headers?: SendRequest['headers'];
}

const key = 'services';
/** The one used longest ago is forgotten first. */
const servicesKept = 20;

/** Sends the rows of a preview to services and databases, with what belongs to it on screen. */
export class Sender {
  readonly #engine: EngineHost;
  readonly #secrets: SecretStorage;

  constructor(engine: EngineHost, secrets: SecretStorage) {
    this.#engine = engine;
    this.#secrets = secrets;
  }

  /** Asks where to, and sends what the query selects. */
  async send(shown: ShownFile, query: string): Promise<void> {
    const service = await this.#ask();
    if (!service) return;
    const name = nameOf(service);
    const deadLetter = proposedTarget(pathOf(shown.uri, shown.info), 'given-up', '.jsonl');
    const picked = await window.showWarningMessage(
      l10n.t('Send rows to this service?'),
      { modal: true, detail: detailOf(name, query, basename(deadLetter)) },
      l10n.t('Send'),
    );
    if (picked === undefined) return;
    await this.#keep(service);
    await this.#run({ session: shown.session.number, query, ...service, deadLetter, resume: false }, name);
  }

  async #run(first: SendRequest, name: string): Promise<void> {
    const [again, resume] = [l10n.t('Try Again'), l10n.t('Resume')];
    for (let request = first; ;) {
      let broken: BrokenSend | undefined;
      const outcome = await attempt(l10n.t('Sending rows to {0}', name), (signal, onProgress) =>
        this.#engine.call('sendRows', request, {
          signal,
          onProgress(step) {
            if ('broken' in step) broken = step.broken;
            else onProgress(step);
          },
        }),
      );
      if (outcome !== undefined && !(outcome instanceof Error)) {
        await tellOf(outcome, name, request.deadLetter);
        return;
      }
      // Whether a cancelled run can be resumed is known once it has ended, which nobody waits for.
      const canResume = broken?.canResume ?? (outcome === undefined || request.table !== undefined);
      const offered = [
        ...(canResume ? [resume] : []),
        ...(outcome && mayGoBetter(outcome) && !broken?.canResume ? [again] : []),
      ];
      const picked = await (outcome
        ? window.showErrorMessage(failedWords(outcome, broken), ...offered)
        : window.showInformationMessage(
            l10n.t('Stopped sending. Rows that {0} accepted before are there.', name),
            ...offered,
          ));
      if (picked === undefined) return;
      request = { ...first, resume: picked === resume };
    }
  }

  async #ask(): Promise<KeptService | undefined> {
    const kept = await this.#kept();
    const asked = await askForAddress({
      title: l10n.t('Send Rows to a Service'),
      prompt: l10n.t('The http or https address of a service, or postgres://USER@HOST/DATABASE'),
      placeholder: 'https://example.org/events',
      value: kept.at(0)?.url,
      shownName: (url) => serviceName({ url, table: undefined }),
    });
    if (!asked) return undefined;
    const before = kept.find(({ url }) => url === asked.text);
    if (isPostgresAddress(asked.text)) {
      const table = await askForTable(before?.table);
      return table === undefined ? undefined : { url: asked.text, table };
    }
    if (!asked.withHeader) return { url: asked.text, headers: before?.headers };
    const headers = await askForHeader(nameOf({ url: asked.text }));
    return headers && { url: asked.text, headers };
  }

  async #keep(service: KeptService): Promise<void> {
    const others = (await this.#kept()).filter(({ url }) => url !== service.url);
    await this.#secrets.store(key, JSON.stringify([service, ...others].slice(0, servicesKept)));
  }

  async #kept(): Promise<readonly KeptService[]> {
    const text = await this.#secrets.get(key);
    return text === undefined ? [] : (JSON.parse(text) as readonly KeptService[]);
  }
}

async function askForTable(before: string | undefined): Promise<string | undefined> {
  return window.showInputBox({
    title: l10n.t('The table to load'),
    prompt: l10n.t('It must be there already. Columns are matched by name.'),
    placeHolder: 'sales.orders',
    value: before ?? '',
    ignoreFocusOut: true,
    validateInput: (text) =>
      parseTableName(text)
        ? undefined
        : l10n.t('Enter a table, or a schema and a table. Put names with dots in double quotes.'),
  });
}

function nameOf({ url, table }: KeptService): string {
  return serviceName({ url, table: tableOf(table) });
}

function tableOf(text: string | undefined): TableName | undefined {
  return text === undefined ? undefined : parseTableName(text);
}

function detailOf(name: string, query: string, deadLetter: string): string {
  const rows =
    query.trim() === ''
      ? l10n.t('All records are sent.')
      : l10n.t('The rows of this query are sent: {0}', query);
  return `${name}\n\n${rows}\n\n${l10n.t('Rows that are not accepted are added to {0}, beside the file.', deadLetter)}`;
}

async function tellOf({ sent, malformed }: ExportSummary, name: string, deadLetter: string): Promise<void> {
  const { accepted = 0, before = 0, givenUp = 0 } = sent ?? {};
  const all = accepted + before;
  const words = [
    all === 1
      ? l10n.t('{0} accepted 1 row.', name)
      : l10n.t('{0} accepted {1} rows.', name, all.toLocaleString()),
    ...(malformed === 0
      ? []
      : [
          malformed === 1
            ? l10n.t('Skipped 1 malformed record.')
            : l10n.t('Skipped {0} malformed records.', malformed.toLocaleString()),
        ]),
  ];
  if (givenUp === 0) {
    void window.showInformationMessage(words.join(' '));
    return;
  }
  const file = basename(deadLetter);
  words.push(
    givenUp === 1
      ? l10n.t('1 row was not accepted: see {0}.', file)
      : l10n.t('{0} rows were not accepted: see {1}.', givenUp.toLocaleString(), file),
  );
  const open = l10n.t('Open Preview');
  if ((await window.showWarningMessage(words.join(' '), open)) === open)
    await openPreview(Uri.file(deadLetter));
}

function failedWords(failure: Error, broken: BrokenSend | undefined): string {
  const accepted = (broken?.sent.accepted ?? 0) + (broken?.sent.before ?? 0);
  const message = wordsOf(failure);
  return accepted === 0
    ? l10n.t('No rows were sent. {0}', message)
    : l10n.t('Sending ended early; {0} rows were accepted. {1}', accepted.toLocaleString(), message);
}
