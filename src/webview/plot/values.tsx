/** The most frequent values as one bar, a stretch for each, filled as far as the filter has them. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { keyTarget } from './bars.tsx';
import { hideTip, showTip } from './tip.ts';

export interface ValuesProps {
  readonly label: string;
  readonly parts: readonly {
    /** In words that are shorter and shorter: the longest that has room is shown. */
    readonly texts: readonly string[];
    readonly whole: number;
    readonly filtered: number;
    readonly words: readonly string[];
    readonly picked: boolean;
    /** All that is not listed cannot be picked. */
    readonly listed: boolean;
  }[];
  readonly width: number;
  readonly height: number;
  readonly pick: (index: number, add: boolean) => void;
  readonly leave: (key: 'Escape' | 'ArrowUp' | 'ArrowDown') => void;
}

let lastId = 0;

export function Values({ label, parts, width, height, pick, leave }: ValuesProps) {
  const active = useSignal(-1);
  const id = useRef(`values-${++lastId}`).current;
  const total = parts.reduce((sum, { whole }) => sum + whole, 0) || 1;
  const anyPicked = parts.some(({ picked }) => picked);
  let left = 0;
  const placed = parts.map((part) => {
    const at = left;
    const wide = (part.whole / total) * width;
    left += wide;
    return { ...part, at, wide };
  });

  function onKey(event: KeyboardEvent & { currentTarget: HTMLDivElement }): void {
    const at = active.peek();
    const to = keyTarget(event.key, at, parts.length);
    if (to !== undefined) {
      active.value = to;
      const box = event.currentTarget.getBoundingClientRect();
      showTip(parts.at(to)?.words ?? [], box.left + (placed.at(to)?.at ?? 0), box.bottom - 10);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (parts.at(at)?.listed) pick(at, event.ctrlKey || event.metaKey || event.key === ' ');
    } else if (event.key === 'Escape' || event.key === 'ArrowUp' || event.key === 'ArrowDown')
      leave(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      class={anyPicked ? 'value-bar some-picked' : 'value-bar'}
      style={{ width: `${width}px`, height: `${height}px` }}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-orientation="horizontal"
      tabIndex={-1}
      {...(active.value >= 0 ? { 'aria-activedescendant': `${id}-${active.value}` } : {})}
      onPointerDown={(event) => event.stopPropagation()}
      onPointerLeave={hideTip}
      onFocus={() => {
        if (active.peek() < 0) active.value = 0;
      }}
      onBlur={() => {
        active.value = -1;
        hideTip();
      }}
      onKeyDown={onKey}
    >
      {placed.map(({ texts, whole, filtered, words, picked, listed, at, wide }, index) => (
        <div
          key={index}
          id={`${id}-${index}`}
          role="option"
          aria-selected={picked}
          aria-disabled={!listed}
          aria-label={words.join(', ')}
          class={`part${picked ? ' picked' : ''}${listed ? '' : ' rest'}${index === active.value ? ' current' : ''}`}
          style={{ left: `${at}px`, width: `${Math.max(1, wide - 1)}px` }}
          onPointerMove={(event) => showTip(words, event.clientX, event.clientY)}
          onClick={(event) => {
            if (listed) pick(index, event.ctrlKey || event.metaKey);
          }}
        >
          <div class="fill" style={{ height: `${whole === 0 ? 0 : (filtered / whole) * 100}%` }} />
          {wide > 24 && <span class="part-text">{textFor(texts, wide)}</span>}
        </div>
      ))}
    </div>
  );
}

/** Width of a letter at the most, and of the margins, in pixels. */
const letter = 6.5;
const margins = 7;

/** A value's own text is cut where it has no room; words about values are not. */
function textFor(texts: readonly string[], wide: number): string {
  if (texts.length === 1) return texts[0];
  return texts.find(({ length }) => length * letter + margins <= wide) ?? '';
}
