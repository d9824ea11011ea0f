import assert from 'node:assert/strict';
import { on } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commands,
  EventEmitter,
  extensions,
  languages,
  Uri,
  window,
  type SecretStorageChangeEvent,
} from 'vscode';
import { Addresses } from '../../src/extension/addresses.ts';
import { EngineHost, type EngineSession } from '../../src/host/engineHost.ts';
import { Exporter } from '../../src/extension/exporter.ts';
import { InterruptedExports } from '../../src/extension/interruptedExports.ts';
import { Violations } from '../../src/extension/violations.ts';
import { inferSchema } from '../../src/extension/schemaCommands.ts';
import { Readings } from '../../src/extension/readings.ts';
import type { JournalPlace } from '../../src/protocol/engine.ts';
import type { FileInfo } from '../../src/protocol/file.ts';
import type { Message, WireError } from '../../src/protocol/rpc.ts';
import { said } from '../../src/said/said.ts';
import { told } from '../support/said.ts';

type Heard =
  | { readonly kind: 'opened'; readonly info: FileInfo; readonly again: boolean }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'interrupted'; readonly error: WireError }
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'log'; readonly line: string };

/** What a session and its engine say, to be waited for in turn. */
class Ear {
  readonly #heard: Heard[] = [];
  readonly #waiting: (() => void)[] = [];

  hear(heard: Heard): void {
    this.#heard.push(heard);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async next<K extends Heard['kind']>(
    kind: K,
    fits: (heard: Extract<Heard, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Heard, { kind: K }>> {
    const isIt = (heard: Heard): heard is Extract<Heard, { kind: K }> =>
      heard.kind === kind && fits(heard as Extract<Heard, { kind: K }>);
    for (;;) {
      const found = this.#heard.find(isIt);
      if (found) {
        this.#heard.splice(this.#heard.indexOf(found), 1);
        return found;
      }
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }
}

/** A storage without secrets. */
const secrets = {
  keys: () => Promise.resolve([]),
  get: () => Promise.resolve(undefined),
  store: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  onDidChange: new EventEmitter<SecretStorageChangeEvent>().event,
};

describe('the engine in the extension host', () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `{"id": ${i}, "even":${i % 2 === 0}}\r\n`);
  let folder = '';
  let source = '';
  let script = '';
  let journals: JournalPlace;
  let ear: Ear;
  let host: EngineHost;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    source = join(folder, 'some.jsonl');
    await writeFile(source, lines.join(''));
  });

  after(() => rm(folder, { recursive: true }));

  beforeEach(() => {
    const extension = extensions.getExtension('rowriver.rowriver');
    assert.ok(extension);
    ear = new Ear();
    script = join(extension.extensionPath, 'dist/engine.js');
    journals = { folder: join(folder, 'exports'), version: '1.0.0' };
    host = newHost();
  });

  /** @param journalMs between two entries of a journal */
  function newHost(journalMs = '2000'): EngineHost {
    return new EngineHost({
      script,
      settings: () => ({ cacheFolder: null, cacheBytes: 0, keepBytes: 0, journals }),
      environment: () => ({ ...process.env, ROWRIVER_JOURNAL_MS: journalMs }),
      log: (line) => ear.hear({ kind: 'log', line }),
      graceMs: 1,
    });
  }

  afterEach(() => host.dispose());

  function open(location = source): EngineSession {
    return host.open(
      { location, options: {} },
      {
        opened: (info, again) => ear.hear({ kind: 'opened', info, again }),
        failed: (error) => ear.hear({ kind: 'failed', error }),
        interrupted: (error) => ear.hear({ kind: 'interrupted', error }),
        message: (message) => ear.hear({ kind: 'message', message }),
      },
    );
  }

  async function count(session: EngineSession, id: number): Promise<unknown> {
    session.post({ type: 'call', id, method: 'run', params: { query: 'even' } });
    const { message } = await ear.next(
      'message',
      ({ message }) => message.type !== 'event' && message.id === id && message.type !== 'progress',
    );
    return message.type === 'result' && Reflect.get(Object(message.value), 'matched');
  }

  it('opens files and answers their pages', async () => {
    const session = open();
    const { info, again } = await ear.next('opened');
    assert.equal(again, false);
    assert.equal(info.format, 'jsonl');
    assert.equal(info.size, lines.join('').length);
    assert.equal(await count(session, 1), 1500);
  });

  it('says why a file cannot be opened, and opens it once it is there', async () => {
    const late = join(folder, 'late.jsonl');
    const session = open(late);
    const { error } = await ear.next('failed');
    assert.match(told(error), /late\.jsonl/);
    await writeFile(late, '{"a":1}\n');
    session.reopen();
    assert.equal((await ear.next('opened')).info.size, 8);
  });

  it('starts the engine anew when it dies, with the files that were open', async () => {
    const session = open();
    await ear.next('opened');
    const first = host.threadId;
    session.post(JSON.parse('null') as Message);
    assert.equal((await ear.next('interrupted')).error.kind, 'restarted');
    assert.equal((await ear.next('opened')).again, true);
    assert.notEqual(host.threadId, first);
    assert.equal(await count(session, 2), 1500);
  });

  it('gives up on an engine that dies again and again, until it is asked once more', async () => {
    const session = open();
    await ear.next('opened');
    for (let i = 0; i < 3; i++) {
      session.post(JSON.parse('null') as Message);
      await ear.next('opened', ({ again }) => again);
    }
    session.post(JSON.parse('null') as Message);
    assert.match(told((await ear.next('failed')).error), /several times/);
    session.reopen();
    await ear.next('opened', ({ again }) => again);
    assert.equal(await count(session, 3), 1500);
  });

  it('serves two previews with one engine, and ends it after the last is closed', async () => {
    const [a, b] = [open(), open()];
    await ear.next('opened');
    await ear.next('opened');
    const thread = host.threadId;
    a.close();
    assert.equal(await count(b, 1), 1500);
    assert.equal(host.threadId, thread);
    b.close();
    await ear.next('log', ({ line }) => line.startsWith('The engine ended'));
    assert.equal(host.threadId, undefined);
  });

  it('keeps the engine for a preview that comes before the last one is forgotten', async () => {
    const a = open();
    await ear.next('opened');
    const thread = host.threadId;
    a.close();
    const b = open();
    await ear.next('opened');
    assert.equal(await count(b, 1), 1500);
    assert.equal(host.threadId, thread);
  });

  it('exports by command, byte for byte', async () => {
    const target = Uri.file(join(folder, 'even.jsonl'));
    await commands.executeCommand('rowriver.exportTo', { source: Uri.file(source), query: 'even', target });
    assert.equal(await readFile(target.fsPath, 'utf8'), lines.filter((_, i) => i % 2 === 0).join(''));
  });

  it('says in the log what the stages of an export took', async () => {
    const extension = extensions.getExtension('rowriver.rowriver');
    assert.ok(extension);
    const told: string[] = [];
    const state = { keys: () => [], get: () => undefined, update: () => Promise.resolve() };
    const addresses = new Addresses(secrets, { of: () => ({}) });
    const interrupted = new InterruptedExports(host, addresses, folder);
    const exporter = new Exporter(host, new Readings(state), addresses, interrupted, (text) =>
      told.push(text),
    );
    const target = Uri.file(join(folder, 'told.jsonl'));
    await exporter.exportTo(Uri.file(source), 'even |> LIMIT 10', target);
    const [text, ...more] = told;
    assert.deepEqual(more, []);
    assert.ok(text.startsWith(`${target.fsPath}: `), text);
    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 3));
    assert.deepEqual(rows.slice(2), [
      ['scan', '3,000', '3,000'],
      ['WHERE', '3,000', '1,500'],
      ['LIMIT', '1,500', '10'],
      ['write', '10', '10'],
    ]);
  });

  it('opens a JSON Schema of a file in an editor', async () => {
    const session = open();
    const { info } = await ear.next('opened');
    await inferSchema(host, { uri: Uri.file(source), session, info });
    const { document } = window.activeTextEditor ?? {};
    assert.equal(document?.languageId, 'json');
    const schema: unknown = JSON.parse(document.getText());
    assert.deepEqual(Reflect.get(Object(schema), 'required'), ['id', 'even']);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('shows what a schema does not allow in the Problems panel', () => {
    const uri = Uri.file(source);
    const violations = new Violations();
    const violation = { record: 7, line: 7, path: '/id', rule: 'type', message: said`must be ${'string'}` };
    violations.begin(uri);
    violations.add(uri, [violation]);
    violations.add(uri, [{ ...violation, record: 9, line: 9 }]);
    const [shown, next, ...more] = languages.getDiagnostics(uri);
    assert.deepEqual(more, []);
    assert.equal(next.range.start.line, 8);
    assert.equal(shown.message, 'Record 7: /id must be string');
    assert.equal(shown.range.start.line, 6);
    assert.equal(shown.code, 'type');
    violations.clear(uri);
    assert.deepEqual(languages.getDiagnostics(uri), []);
    violations.dispose();
  });

  it('refuses to export a file onto itself', async () => {
    const { ino } = await stat(source);
    const args = { source: Uri.file(source), query: 'even', target: Uri.file(source) };
    await assert.rejects(async () => {
      await commands.executeCommand('rowriver.exportTo', args);
    }, /onto itself/);
    assert.equal((await stat(source)).ino, ino);
    assert.equal(await readFile(source, 'utf8'), lines.join(''));
  });

  it('leaves nothing behind of an export that is cancelled', async () => {
    const big = join(folder, 'big.jsonl');
    await writeFile(big, lines.join('').repeat(500));
    const before = await readdir(folder);
    const watcher = watch(folder);
    const changes = on(watcher, 'change', { signal: AbortSignal.timeout(10_000) });
    const session = open(big);
    await ear.next('opened');
    const controller = new AbortController();
    const request = {
      session: session.number,
      query: 'even',
      target: join(folder, 'not.jsonl'),
      to: 'same',
    } as const;
    const options = { signal: controller.signal, onProgress: () => controller.abort() };
    await assert.rejects(host.call('export', request, options), { name: 'AbortError' });
    // The call is over at once; what it wrote goes as soon as the engine has heard of it.
    while ((await readdir(folder)).join() !== before.join()) await changes.next();
    watcher.close();
  });

  it('leaves nothing behind of an export that is under way when VS Code closes', async () => {
    const big = join(folder, 'closing.jsonl');
    await writeFile(big, lines.join('').repeat(500));
    const before = await readdir(folder);
    const session = open(big);
    await ear.next('opened');
    const target = join(folder, 'half.jsonl');
    const request = { session: session.number, query: 'even', target, to: 'same' } as const;
    let told: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (told = resolve));
    const refused = assert.rejects(host.call('export', request, { onProgress: told }));
    await begun;
    assert.notDeepEqual(await readdir(folder), before);
    await host.dispose();
    assert.deepEqual(await readdir(folder), before);
    await refused;
  });

  describe('an export that is interrupted', () => {
    let big: string;
    let target: string;
    let wanted: string;
    const rounds = 200;

    before(async () => {
      big = join(folder, 'night.jsonl');
      target = join(folder, 'night.csv.gz');
      wanted = join(folder, 'undisturbed.csv.gz');
      await writeFile(big, lines.join('').repeat(rounds));
    });

    beforeEach(() => (host = newHost('0')));

    /** Exports until a run is interrupted on its way: one may be at its end before that. */
    async function interrupted(interrupt: (session: EngineSession) => void): Promise<void> {
      for (;;) {
        const session = open(big);
        await ear.next('opened');
        const asked = { session: session.number, query: 'even', to: 'csv' } as const;
        if (!(await readdir(folder)).includes('undisturbed.csv.gz'))
          await host.call('export', { ...asked, target: wanted });
        await rm(target, { force: true });
        const watcher = watch(folder, (_, name) => {
          if (name?.startsWith('.night.csv.gz') && name.endsWith('.resume')) interrupt(session);
        });
        const outcome = await host.call('export', { ...asked, target }).catch((error: unknown) => error);
        watcher.close();
        session.close();
        if (outcome instanceof Error) return;
      }
    }

    async function isAsUndisturbed(): Promise<void> {
      assert.ok((await readFile(wanted)).equals(await readFile(target)));
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith('.')),
        [],
      );
      assert.deepEqual(await host.call('interruptedExports', null), []);
    }

    /** Takes the first button of what is offered, until that has come to its end. */
    async function accepted(offer: (engine: Pick<EngineHost, 'call'>) => Promise<void>): Promise<void> {
      let resuming: Promise<unknown> | undefined;
      const over = new AbortController();
      const call: EngineHost['call'] = (method, ...rest) => {
        const answer = host.call(method, ...rest);
        // Meanwhile, the first button is Cancel.
        if (method === 'resumeExport')
          resuming = answer.catch(() => undefined).finally(() => (resuming = undefined));
        return answer;
      };
      const end = offer({ call }).finally(() => over.abort());
      while (!over.signal.aborted)
        await (resuming ?? commands.executeCommand('notification.acceptPrimaryAction'));
      await end;
    }

    it('is offered once the engine was killed, and goes on to the same bytes', async () => {
      await interrupted((session) => session.post(JSON.parse('null') as Message));
      await accepted((engine) =>
        new InterruptedExports(engine, new Addresses(secrets, { of: () => ({}) }), journals.folder).offer(),
      );
      await isAsUndisturbed();
    });

    it('is offered after the window was closed, and goes on to the same bytes', async () => {
      await interrupted(() => void host.dispose());
      await host.dispose();
      host = newHost('0');
      const [found, ...more] = await host.call('interruptedExports', null);
      assert.deepEqual(more, []);
      assert.equal(found.target, target);
      assert.equal(found.location, big);
      assert.ok(found.records > 0);
      const { matched } = await host.call('resumeExport', { target });
      assert.equal(matched, (lines.length / 2) * rounds);
      await isAsUndisturbed();
    });

    it('leaves nothing behind where it is discarded', async () => {
      await interrupted((session) => session.post(JSON.parse('null') as Message));
      await host.call('discardExport', { target });
      await rm(target, { force: true });
      await host.call('export', { session: await opened(), query: 'even', target, to: 'csv' });
      await isAsUndisturbed();
    });

    async function opened(): Promise<number> {
      const { number } = open(big);
      await ear.next('opened');
      return number;
    }
  });
});
