import type { Choice, Questions, TextQuestion } from '../host/questions.ts';
import type { BrowserCalls } from '../protocol/browserTab.ts';
import type { Peer } from '../protocol/rpc.ts';

type Nothing = Record<string, never>;

/** Questions that are asked in the browser. */
export class RemoteQuestions implements Questions {
  readonly #browser: Pick<Peer<Nothing, BrowserCalls, Nothing>, 'call'>;

  constructor(browser: Pick<Peer<Nothing, BrowserCalls, Nothing>, 'call'>) {
    this.#browser = browser;
  }

  async pick<T extends Choice>(title: string, choices: readonly T[], active?: T): Promise<T | undefined> {
    const shown = choices.map(({ label, description, detail }) => ({ label, description, detail }));
    const at = active ? Math.max(0, choices.indexOf(active)) : 0;
    const picked = await this.#browser.call('pick', { title, choices: shown, active: at });
    return picked === null ? undefined : choices.at(picked);
  }

  async text({
    title,
    prompt = '',
    value = '',
    problemOf = () => undefined,
  }: TextQuestion): Promise<string | undefined> {
    for (let now = value, problem = ''; ;) {
      const given = await this.#browser.call('text', { title, prompt, value: now, problem });
      if (given === null) return undefined;
      now = given;
      problem = problemOf(given) ?? '';
      if (problem === '') return given;
    }
  }
}
