/** A row of buttons that is one tab stop; the arrows go from one to the next. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export function Toolbar({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const buttons = () => [...(bar.current?.querySelectorAll<HTMLButtonElement>('.icon-button') ?? [])];

  function stop(at: HTMLButtonElement | undefined): void {
    for (const button of buttons()) button.tabIndex = button === at ? 0 : -1;
  }

  useLayoutEffect(() => {
    const all = buttons();
    if (all.filter((button) => button.tabIndex === 0).length !== 1) stop(all.at(0));
  });

  return (
    <div
      class="toolbar"
      role="toolbar"
      aria-label={label}
      ref={bar}
      onFocusCapture={(event) => stop(buttons().find((button) => button === event.target))}
      onKeyDown={(event) => {
        const all = buttons();
        const index = all.findIndex((button) => button === event.target);
        if (index < 0) return;
        const to =
          event.key === 'ArrowRight'
            ? (index + 1) % all.length
            : event.key === 'ArrowLeft'
              ? index - 1
              : event.key === 'Home'
                ? 0
                : event.key === 'End'
                  ? -1
                  : undefined;
        if (to === undefined) return;
        event.preventDefault();
        all.at(to)?.focus();
      }}
    >
      {children}
    </div>
  );
}
