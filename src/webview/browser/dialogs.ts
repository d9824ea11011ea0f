/** Questions to the user in dialogs of the page's own, each answered by null when it is left. */
import type { PickRequest, TextRequest } from '../../protocol/browserTab.ts';

let names = 0;

export function pick({ title, choices, active }: PickRequest): Promise<number | null> {
  return ask(title, (dialog, answer) => {
    const list = document.createElement('ul');
    list.className = 'host-choices';
    const buttons = choices.map(({ label, description = '', detail = '' }, index) => {
      const button = element('button', 'host-choice');
      button.type = 'button';
      const first = element('span', 'host-choice-line');
      first.append(element('span', '', label));
      if (description !== '') first.append(' ', element('span', 'host-choice-more', description));
      button.append(first);
      if (detail !== '') button.append(element('span', 'host-choice-detail', detail));
      button.addEventListener('click', () => answer(index));
      const item = element('li');
      item.append(button);
      list.append(item);
      return button;
    });
    list.addEventListener('keydown', (event) => moveIn(buttons, event));
    dialog.append(list);
    return buttons.at(active) ?? dialog;
  });
}

export function askText({ title, prompt, value, problem }: TextRequest): Promise<string | null> {
  return ask(title, (dialog, answer) => {
    const form = element('form', 'host-form');
    const input = element('input', 'input');
    input.type = 'text';
    input.value = value;
    input.spellcheck = false;
    input.autocomplete = 'off';
    input.setAttribute('aria-label', title);
    if (prompt !== '') form.append(described(input, element('p', 'facts', prompt)));
    form.append(input);
    if (problem !== '') {
      const fault = described(input, element('p', 'fault', problem));
      fault.setAttribute('role', 'alert');
      input.setAttribute('aria-invalid', 'true');
      form.append(fault);
    }
    const ok = element('button', 'button', 'OK');
    form.append(ok);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      answer(input.value);
    });
    dialog.append(form);
    input.select();
    return input;
  });
}

/** Says something that has to be seen. */
export function tell(title: string, message: string): void {
  void ask<null>(title, (dialog, answer) => {
    dialog.append(element('p', 'host-message', message));
    const close = element('button', 'button', 'Close');
    close.type = 'button';
    close.addEventListener('click', () => answer(null));
    dialog.append(close);
    return close;
  });
}

/** @param fill puts the question into the dialog, and answers what the focus goes to */
function ask<T>(
  title: string,
  fill: (dialog: HTMLDialogElement, answer: (value: T) => void) => HTMLElement,
): Promise<T | null> {
  const dialog = element('dialog', 'host-dialog');
  const head = element('h2', '', title);
  head.id = `host-dialog-${names++}`;
  dialog.setAttribute('aria-labelledby', head.id);
  dialog.append(head);
  const before = document.activeElement;
  return new Promise((resolve) => {
    let answered: T | null = null;
    const focused = fill(dialog, (value) => {
      answered = value;
      dialog.close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      const isOne = before instanceof HTMLElement || before instanceof SVGElement;
      if (isOne && before.isConnected) before.focus({ preventScroll: true });
      resolve(answered);
    });
    // The page's own keys are not for what is asked here.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('pointerdown', (event) => {
      if (event.target === dialog && !holds(dialog, event)) dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
    focused.focus();
    focused.scrollIntoView({ block: 'nearest' });
  });
}

/** Whether a press is on the dialog itself, and not on the page behind it. */
function holds(dialog: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}

function moveIn(buttons: readonly HTMLElement[], event: KeyboardEvent): void {
  const index = buttons.findIndex((button) => button === document.activeElement);
  const last = buttons.length - 1;
  const places: Readonly<Record<string, number>> = {
    ArrowDown: index === last ? 0 : index + 1,
    ArrowUp: index <= 0 ? last : index - 1,
    Home: 0,
    End: last,
  };
  const letter = event.key.toLowerCase();
  const isLetter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey;
  const order = [...buttons.slice(index + 1), ...buttons.slice(0, index + 1)];
  const found = isLetter
    ? order.find((button) => button.textContent.toLowerCase().startsWith(letter))
    : buttons.at(places[event.key] ?? Number.NaN);
  if (!isLetter && !(event.key in places)) return;
  event.preventDefault();
  found?.focus();
}

function described(input: HTMLElement, text: HTMLElement): HTMLElement {
  text.id = `host-text-${names++}`;
  const before = input.getAttribute('aria-describedby');
  input.setAttribute('aria-describedby', before === null ? text.id : `${before} ${text.id}`);
  return text;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}
