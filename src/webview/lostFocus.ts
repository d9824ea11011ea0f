/** Where the keyboard goes on when what had the focus is gone: a button that vanishes when it is pressed, a menu. */

const focusable = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex]';
/** What holds neighbours of an element that are as good as it is. */
const neighbourhood = 'ul, [role="list"], .popover, .side';

export interface FocusPlaces {
  readonly grid: () => void;
  readonly box: () => void;
}

interface Held {
  readonly element: Element;
  /** What it was in, from the inside out, and its place among what could have had the focus there. */
  readonly within: readonly { readonly element: Element; readonly at: number }[];
  readonly inFilter: boolean;
}

/**
 * The next one in its list takes the focus, else the box of the filter that it was a part of, else the grid.
 * @returns what stops it
 */
export function keepFocus(places: FocusPlaces): () => void {
  let held: Held | undefined;

  const note = ({ target }: FocusEvent): void => {
    held = target instanceof Element ? heldBy(target) : undefined;
  };
  // Its place is that of the moment in which it goes: a list may have grown since it has the focus.
  const noteAgain = (): void => {
    const { activeElement } = document;
    if (activeElement && activeElement === held?.element) held = heldBy(activeElement);
  };
  const look = new MutationObserver(() => {
    const { activeElement } = document;
    if (!held || (activeElement && activeElement !== document.body)) return;
    if (held.element.isConnected || !document.hasFocus()) return;
    const lost = held;
    held = undefined;
    for (const { element, at } of lost.within) {
      const others = element.isConnected ? focusableIn(element) : [];
      const next = others.at(Math.min(at, others.length - 1));
      if (!next) continue;
      next.focus({ preventScroll: true });
      return;
    }
    if (lost.inFilter) places.box();
    else places.grid();
  });
  const events = ['keydown', 'pointerdown'] as const;
  addEventListener('focusin', note);
  for (const event of events) addEventListener(event, noteAgain, true);
  look.observe(document.body, { childList: true, subtree: true });
  return () => {
    removeEventListener('focusin', note);
    for (const event of events) removeEventListener(event, noteAgain, true);
    look.disconnect();
  };
}

function heldBy(element: Element): Held {
  const within: { element: Element; at: number }[] = [];
  for (let around = element.parentElement; around; around = around.parentElement) {
    if (!around.matches(neighbourhood)) continue;
    within.push({ element: around, at: focusableIn(around).findIndex((one) => one === element) });
  }
  const inFilter = element.matches('.result-line') || element.closest('.chips, .query') !== null;
  return { element, within, inFilter };
}

function focusableIn(element: Element): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(focusable)].filter((one) => one.checkVisibility());
}
