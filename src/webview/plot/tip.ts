/** A few words beside the pointer. They repeat what a screen reader is told by the marks themselves. */
import { make } from '../dom.ts';

let box: HTMLElement | undefined;

export function showTip(lines: readonly string[], x: number, y: number): void {
  if (!box) {
    box = make('div', 'plot-tip', { 'aria-hidden': 'true' });
    document.body.append(box);
  }
  box.replaceChildren(
    ...lines.map((line) => {
      const element = make('div');
      element.textContent = line;
      return element;
    }),
  );
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  const below = y + 18 + height > innerHeight ? y - height - 8 : y + 18;
  box.style.transform = `translate(${Math.max(4, Math.min(x + 8, innerWidth - width - 4))}px, ${below}px)`;
}

export function hideTip(): void {
  if (box) box.hidden = true;
}
