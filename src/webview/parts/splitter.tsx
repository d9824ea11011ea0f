/** The edge between two parts of the page, moved by pointer or keys. */
import { useRef } from 'preact/hooks';
import { t } from '../l10n.ts';

export interface SplitterProps {
  /** Share of the second part, 0 to 1. */
  readonly share: number;
  /** Side by side, or one above the other. */
  readonly beside: boolean;
  readonly change: (share: number) => void;
}

const least = 0.15;
const most = 0.8;
const keyStep = 0.02;

export function Splitter({ share, beside, change }: SplitterProps) {
  const element = useRef<HTMLDivElement>(null);
  const set = (next: number) => change(Math.min(most, Math.max(least, next)));

  function follow(event: PointerEvent): void {
    const box = element.current?.parentElement?.getBoundingClientRect();
    if (!box || event.buttons !== 1) return;
    set(beside ? (box.right - event.clientX) / box.width : (box.bottom - event.clientY) / box.height);
  }

  return (
    <div
      ref={element}
      class="splitter"
      role="separator"
      aria-label={t('Resize side panel')}
      aria-orientation={beside ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={least * 100}
      aria-valuemax={most * 100}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={follow}
      onKeyDown={(event) => {
        const grow = beside ? 'ArrowLeft' : 'ArrowUp';
        const shrink = beside ? 'ArrowRight' : 'ArrowDown';
        if (event.key === grow) set(share + keyStep);
        else if (event.key === shrink) set(share - keyStep);
      }}
    />
  );
}
