/**
 * A box over the page, hung on an element. It takes the focus, gives it back, and goes on Escape or a press
 * outside.
 */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface PopoverProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
  readonly role?: 'dialog' | 'menu';
  /** Under the anchor, or inside of it, at the middle of its upper edge. */
  readonly place?: 'under' | 'inside';
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

const margin = 4;

export function Popover({
  anchor,
  label,
  close,
  children,
  role = 'dialog',
  place = 'under',
  onKeyDown,
}: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(close);
  latest.current = close;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const at = anchor.getBoundingClientRect();
    // A menu takes the room that there is; what more it has is scrolled to.
    if (role === 'menu' && place === 'under')
      element.style.maxHeight = `${Math.max(innerHeight - at.bottom, at.top) - 2 - margin}px`;
    const { width, height } = element.getBoundingClientRect();
    const wanted = place === 'inside' ? at.left + (at.width - width) / 2 : at.left;
    const left = Math.max(margin, Math.min(wanted, innerWidth - width - margin));
    const below = place === 'inside' ? at.top + margin : at.bottom + 2;
    const top = below + height + margin > innerHeight ? Math.max(margin, at.top - height - 2) : below;
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  });

  useLayoutEffect(() => {
    const element = box.current;
    const before = document.activeElement;
    element
      ?.querySelector<HTMLElement>('input:not(:disabled), button:not(:disabled), [tabindex="0"]')
      ?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !element?.contains(event.target) && !anchor.contains(event.target))
        latest.current();
    };
    const left = () => latest.current();
    document.addEventListener('pointerdown', outside, true);
    addEventListener('blur', left);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      removeEventListener('blur', left);
      const held = document.activeElement;
      const lost = held === null || held === document.body || element?.contains(held);
      // A plot is no HTMLElement.
      const isOne = before instanceof HTMLElement || before instanceof SVGElement;
      if (lost && isOne) before.focus({ preventScroll: true });
    };
  }, []);

  return (
    <div
      class="popover"
      role={role}
      aria-label={label}
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          close();
        } else onKeyDown?.(event);
      }}
    >
      {children}
    </div>
  );
}
