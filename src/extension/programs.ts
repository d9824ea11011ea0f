import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { l10n, window, workspace, type Memento, type Uri } from 'vscode';
import type { AllowedProgram, ProgramCall } from '../protocol/engine.ts';

const allowedKey = 'programs.allowed';
const doubtfulKey = 'programs.doubtful';
/** Kept of each: enough for the programs of a workspace. */
const mostKept = 500;
/** A program is read whole to know whether it is the one that was asked about. */
const mostBytes = 16 * 1024 * 1024;

/** What a person is asked. Answers whether the program may be run. */
export type AskToRun = (question: { readonly message: string; readonly detail: string }) => Promise<boolean>;

/** What queries of previews may run: programs of a trusted workspace, each content of which its user is asked about once. */
export class AllowedPrograms {
  readonly #state: Memento;
  readonly #ask: AskToRun;
  /** Questions on screen, by what they are about. */
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(state: Memento, ask: AskToRun = askInModal) {
    this.#state = state;
    this.#ask = ask;
  }

  /**
   * @param shown the file of the preview
   * @param handed what has been allowed since the preview was handed a query that its user has not typed: anything else is
   *   asked about, whatever is known of it. Undefined where it was handed none
   * @throws Error with the reason where it may not be run
   */
  async allow(
    shown: Uri,
    { file, options }: ProgramCall,
    handed: Set<string> | undefined,
  ): Promise<AllowedProgram> {
    if (!workspace.isTrusted) {
      throw new Error(
        l10n.t(
          'CALL runs a program, which is allowed in trusted workspaces only. To trust this one, run Workspaces: Manage Workspace Trust.',
        ),
      );
    }
    const path = await programAt(shown, file);
    if ((await stat(path)).size > mostBytes) throw new Error(l10n.t('{0} is too large for a program.', path));
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const content = `${sha256} ${path}`;
    const call = `${path} ${JSON.stringify(options)}`;
    if (handed && !handed.has(call)) await this.#keep(doubtfulKey, call);
    const isDoubtful = this.#kept(doubtfulKey).includes(call);
    if (isDoubtful || !this.#kept(allowedKey).includes(content)) {
      if (!(await this.#asked(`${content} ${call}`, path, options)))
        throw new Error(l10n.t('{0} was not run.', workspace.asRelativePath(path)));
      await this.#keep(allowedKey, content);
      await this.#forget(doubtfulKey, call);
      handed?.add(call);
    }
    return { path, sha256 };
  }

  #asked(about: string, path: string, options: ProgramCall['options']): Promise<boolean> {
    const asking =
      this.#asking.get(about) ?? this.#ask(question(path, options)).finally(() => this.#asking.delete(about));
    this.#asking.set(about, asking);
    return asking;
  }

  #kept(key: string): readonly string[] {
    return this.#state.get<readonly string[]>(key) ?? [];
  }

  async #keep(key: string, value: string): Promise<void> {
    const others = this.#kept(key).filter((other) => other !== value);
    await this.#state.update(key, [value, ...others].slice(0, mostKept));
  }

  async #forget(key: string, value: string): Promise<void> {
    const kept = this.#kept(key);
    if (kept.includes(value))
      await this.#state.update(
        key,
        kept.filter((other) => other !== value),
      );
  }
}

/** The file that a query names, which is one of the workspace, also after links are followed. */
async function programAt(shown: Uri, file: string): Promise<string> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const own = workspace.getWorkspaceFolder(shown) ?? folders.at(0);
  if (!own) throw new Error(l10n.t('CALL runs programs of the workspace. Open a folder first.'));
  const named = resolve(own.uri.fsPath, file);
  const path = await realpath(named).catch(() => undefined);
  if (path === undefined || !(await stat(path)).isFile())
    throw new Error(l10n.t('{0} is not a file.', named));
  for (const { uri } of folders) if (isWithin(await realpath(uri.fsPath), path)) return path;
  throw new Error(l10n.t('CALL runs programs of the workspace, and {0} is outside of it.', path));
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function question(path: string, options: ProgramCall['options']): Parameters<AskToRun>[0] {
  const given = Object.entries(options).map(([name, value]) => `${name} => ${JSON.stringify(value)}`);
  const lines = [
    l10n.t(
      'The query calls this program of the workspace. It gets the rows, and runs with your rights: it and what it imports can read and change your files and use the network.',
    ),
    path,
    ...(given.length > 0 ? [l10n.t('Its options: {0}', given.join(', '))] : []),
    l10n.t('You are asked again when the file changes.'),
  ];
  return { message: l10n.t('Run {0}?', workspace.asRelativePath(path)), detail: lines.join('\n\n') };
}

async function askInModal({ message, detail }: Parameters<AskToRun>[0]): Promise<boolean> {
  const run = l10n.t('Run');
  return (await window.showWarningMessage(message, { modal: true, detail }, run)) === run;
}
