import { window, type InputBox, type QuickInput, type QuickPickItem } from 'vscode';
import type { Questions, TextQuestion } from '../host/questions.ts';

type Box = QuickInput & Pick<InputBox, 'onDidAccept'>;

/**
 * Questions one after the other, each answered by undefined when it is left. A question stays until the next one has taken its
 * place: between two boxes VS Code gives the focus back to the editor, and when a preview answers late that it has it, the
 * next box closes.
 */
export class QuickQuestions implements Questions {
  #shown: Box | undefined;

  close(): void {
    this.#shown?.dispose();
  }

  /** @param active the choice that the list opens on; without it, the first one */
  pick<T extends QuickPickItem>(title: string, choices: readonly T[], active?: T): Promise<T | undefined> {
    const box = window.createQuickPick<T>();
    box.items = choices;
    if (active) box.activeItems = [active];
    box.placeholder = title;
    return this.#ask(box, title, (answer) => {
      const picked = box.selectedItems.at(0);
      if (picked) answer(picked);
    });
  }

  text({
    title,
    prompt,
    value = '',
    problemOf = () => undefined,
  }: TextQuestion): Promise<string | undefined> {
    const box = window.createInputBox();
    box.value = value;
    if (prompt !== undefined) box.prompt = prompt;
    box.onDidChangeValue((text) => (box.validationMessage = problemOf(text)));
    return this.#ask(box, title, (answer) => {
      box.validationMessage = problemOf(box.value);
      if (box.validationMessage === undefined) answer(box.value);
    });
  }

  #ask<T>(box: Box, title: string, accepted: (answer: (value: T) => void) => void): Promise<T | undefined> {
    const before = this.#shown;
    this.#shown = box;
    box.title = title;
    return new Promise((resolve) => {
      box.onDidAccept(() => accepted(resolve));
      box.onDidHide(() => resolve(undefined));
      box.show();
      before?.dispose();
    });
  }
}
