/**
 * Keys typed after a shortcut or a menu entry, and before the box that it opens is there: the editor is asked in
 * between. The box takes them over, so that nothing typed is lost.
 */
const modifiers = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock']);

/** @returns what ends it */
export function keepTyped(page: Window): () => void {
  /** What was typed since a box may have been asked for; undefined where none was. */
  let typed: string | undefined;
  const closing = new AbortController();
  const { signal } = closing;

  function begin(): void {
    typed = '';
  }

  function end(): void {
    typed = undefined;
  }

  /** Once there is text, the keys that change it are no longer the grid's. */
  function before(event: KeyboardEvent): void {
    if (typed === undefined || typed.endsWith('\n') || modifiers.has(event.key)) return;
    // It goes on from what is in the box: "next match" does.
    if (typed !== '' && isFunctionKey(event)) return;
    if (isEditable(event.target)) end();
    // A first space is the grid's: it selects a row.
    else if (isText(event) && (typed !== '' || event.key !== ' ')) take(event, typed + event.key);
    else if (typed !== '' && event.key === 'Enter') take(event, `${typed}\n`);
    else if (typed !== '' && event.key === 'Backspace') take(event, typed.replace(/.$/su, ''));
    else end();
  }

  function take(event: KeyboardEvent, text: string): void {
    typed = text;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A shortcut that is nobody's in the page may be one of the editor's. */
  function after(event: KeyboardEvent): void {
    if (isText(event) || modifiers.has(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || (isFunctionKey(event) && typed === undefined))
      begin();
  }

  /** A box has opened. */
  function handOver({ target }: FocusEvent): void {
    const text = typed ?? '';
    if (text === '' || !isEditable(target)) return;
    end();
    // After all that is done to the box as it opens, and before the next key.
    queueMicrotask(() => type(target, text));
  }

  page.addEventListener('keydown', before, { signal, capture: true });
  page.addEventListener('keydown', after, { signal });
  page.addEventListener('pointerdown', end, { signal, capture: true });
  page.addEventListener('focusin', handOver, { signal });
  // The focus comes back from the command palette or from a menu.
  page.addEventListener('focus', begin, { signal });
  return () => closing.abort();
}

function isText(event: KeyboardEvent): boolean {
  // AltGr types characters, and says that Ctrl and Alt are held.
  const held = event.ctrlKey || event.metaKey || event.altKey;
  return /^.$/su.test(event.key) && (!held || event.getModifierState('AltGraph'));
}

function isFunctionKey({ key }: KeyboardEvent): boolean {
  return /^F\d+$/.test(key);
}

function isEditable(target: EventTarget | null): target is HTMLElement {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)
  );
}

/** Does to a box what typing does, with Enter for a line end. */
function type(box: HTMLElement, text: string): void {
  // Deprecated, but the one way that is the same for inputs and for editors, and that undo knows of.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  document.execCommand('insertText', false, text.replace(/\n$/, ''));
  // Once the page has heard of the text.
  if (text.endsWith('\n')) queueMicrotask(() => enter(box));
}

function enter(box: HTMLElement): void {
  const key = new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13, bubbles: true, cancelable: true });
  const wanted = box.dispatchEvent(key);
  if (wanted && box instanceof HTMLInputElement) box.form?.requestSubmit();
}
