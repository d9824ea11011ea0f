import type { AllowedProgram } from '../../protocol/engine.ts';
import { abortReason } from '../../protocol/abort.ts';
import { saidOf } from '../../said/said.ts';
import { CallError } from '../callError.ts';
import type { CallOptions } from '../query/operator/call.ts';
import type { Calls, OpenCall } from '../stage/calls.ts';
import type { Programs } from './programs.ts';

/** Answers which content of which file may be run. Rejects with the reason where none may. */
export type AskProgram = (file: string, options: CallOptions, signal: AbortSignal) => Promise<AllowedProgram>;

/** Runs programs that somebody is asked about first. */
export class AskedPrograms implements Pick<Calls, 'open'> {
  readonly #programs: Programs;
  readonly #ask: AskProgram;

  constructor(programs: Programs, ask: AskProgram) {
    this.#programs = programs;
    this.#ask = ask;
  }

  /** @throws CallError where the program may not be run, or its file is no longer what was allowed */
  async open(file: string, options: CallOptions, signal: AbortSignal): Promise<OpenCall> {
    const { path, sha256 } = await this.#allowed(file, options, signal);
    return this.#programs.open(path, options, signal, sha256);
  }

  async #allowed(file: string, options: CallOptions, signal: AbortSignal): Promise<AllowedProgram> {
    try {
      return await this.#ask(file, options, signal);
    } catch (error) {
      if (signal.aborted) throw abortReason(signal);
      throw new CallError(saidOf(error), { cause: error });
    }
  }
}
