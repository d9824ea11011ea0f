/** Bars that can be picked by pointer and keys: a histogram. Used in headers, in the column panel and over time. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { drag } from '../drag.ts';
import { hideTip, showTip } from './tip.ts';

export interface BarsProps {
  /** What the bars are of, for a screen reader. */
  readonly label: string;
  readonly bars: readonly {
    readonly whole: number;
    readonly filtered: number;
    /** What is said of it: one line each. */
    readonly words: readonly string[];
    readonly picked: boolean;
    /** What it is made of, from the bottom up, where it is stacked. */
    readonly parts?: readonly { readonly count: number; readonly name: string }[] | undefined;
  }[];
  /** What is said of the bars from the first to the last one while they are chosen together: one line each. */
  readonly across: (from: number, to: number) => readonly string[];
  readonly width: number;
  readonly height: number;
  /** Bars from the first to the last one; `add` where they are to be picked beside those that are. */
  readonly pick: (from: number, to: number, add: boolean) => void;
  /** 0 where it is a stop of its own; in a header it is reached from its name. */
  readonly tabIndex?: 0 | -1;
  /** The focus is to leave: upwards with Escape. */
  readonly leave: (key: 'Escape' | 'ArrowUp' | 'ArrowDown') => void;
}

/** Something that is there is seen, however small. */
const least = 1.5;

let lastId = 0;

export function Bars({ label, bars, across, width, height, pick, leave, tabIndex = -1 }: BarsProps) {
  const active = useSignal(-1);
  const marked = useSignal<{ readonly from: number; readonly to: number } | undefined>(undefined);
  const id = useRef(`bars-${++lastId}`).current;
  const box = useRef<SVGSVGElement>(null);
  const dragging = useRef(false);
  const most = bars.reduce((max, { whole, filtered }) => Math.max(max, whole, filtered), 1);
  const step = bars.length === 0 ? width : width / bars.length;
  const gap = step >= 4 ? 1 : 0;
  const tall = (count: number) => (count === 0 ? 0 : Math.max(least, (count / most) * height));
  const anyPicked = bars.some(({ picked }) => picked);

  const indexAt = (clientX: number) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return Math.max(0, Math.min(bars.length - 1, Math.floor((clientX - left) / step)));
  };
  /** Of the bar, or of all that are chosen with it. */
  const tell = (from: number, to: number, x: number, y: number) => {
    const words = from === to ? bars.at(to)?.words : across(Math.min(from, to), Math.max(from, to));
    if (words) showTip(words, x, y);
  };

  function press(event: PointerEvent & { currentTarget: SVGSVGElement }): void {
    // A press on a plot neither sorts nor moves the column.
    event.stopPropagation();
    if (event.button !== 0 || bars.length === 0) return;
    event.preventDefault();
    const surface = event.currentTarget;
    const first = indexAt(event.clientX);
    marked.value = { from: first, to: first };
    dragging.current = true;
    drag(
      surface,
      event.pointerId,
      (moved) => {
        const to = indexAt(moved.clientX);
        marked.value = { from: first, to };
        tell(first, to, moved.clientX, moved.clientY);
      },
      (at) => {
        dragging.current = false;
        const range = marked.peek();
        marked.value = undefined;
        // What is under the pointer will be another bar.
        hideTip();
        if (!at || !range) return;
        pick(Math.min(range.from, range.to), Math.max(range.from, range.to), event.ctrlKey || event.metaKey);
      },
    );
  }

  function onKey(event: KeyboardEvent & { currentTarget: SVGSVGElement }): void {
    const at = active.peek();
    const to = keyTarget(event.key, at, bars.length);
    if (to !== undefined) {
      const from = event.shiftKey ? (marked.peek()?.from ?? Math.max(0, at)) : to;
      active.value = to;
      marked.value = { from, to };
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      tell(from, to, left + to * step, bottom - 10);
    } else if (event.key === 'Enter' || event.key === ' ') {
      const range = marked.peek() ?? { from: at, to: at };
      if (at >= 0) {
        const add = event.ctrlKey || event.metaKey || event.key === ' ';
        pick(Math.min(range.from, range.to), Math.max(range.from, range.to), add);
      }
    } else if (event.key === 'Escape' || event.key === 'ArrowUp' || event.key === 'ArrowDown')
      leave(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const range = marked.value;
  const [low, high] = range ? [Math.min(range.from, range.to), Math.max(range.from, range.to)] : [-1, -2];
  return (
    <svg
      ref={box}
      class={anyPicked ? 'bars some-picked' : 'bars'}
      width={width}
      height={height}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      tabIndex={tabIndex}
      {...(active.value >= 0 ? { 'aria-activedescendant': `${id}-${active.value}` } : {})}
      onPointerDown={press}
      onPointerMove={(event) => {
        const at = indexAt(event.clientX);
        if (!dragging.current) tell(at, at, event.clientX, event.clientY);
      }}
      onPointerLeave={hideTip}
      onFocus={() => {
        if (active.peek() < 0) active.value = 0;
      }}
      onBlur={() => {
        active.value = -1;
        marked.value = undefined;
        hideTip();
      }}
      onKeyDown={onKey}
    >
      {bars.map(({ whole, filtered, words, picked, parts }, index) => (
        <g
          key={index}
          id={`${id}-${index}`}
          role="option"
          aria-selected={picked}
          aria-label={words.join(', ')}
          class={`${picked ? 'bar picked' : 'bar'}${index === active.value ? ' current' : ''}`}
        >
          <rect class="reach" x={index * step} y={0} width={step} height={height} />
          {whole !== filtered && (
            <rect
              class="of-whole"
              x={index * step}
              y={height - tall(whole)}
              width={Math.max(0.5, step - gap)}
              height={tall(whole)}
            />
          )}
          {parts ? (
            stacked(parts, tall(whole)).map(({ name, from, size }) => (
              <rect
                key={name}
                class={`series-${name}`}
                x={index * step}
                y={height - from - size}
                width={Math.max(0.5, step - gap)}
                height={size}
              />
            ))
          ) : (
            <rect
              class="of-filter"
              x={index * step}
              y={height - tall(filtered)}
              width={Math.max(0.5, step - gap)}
              height={tall(filtered)}
            />
          )}
        </g>
      ))}
      {range && <rect class="brush" x={low * step} y={0} width={(high - low + 1) * step} height={height} />}
    </svg>
  );
}

/** Parts one on the other, as tall together as the bar. */
function stacked(parts: readonly { readonly count: number; readonly name: string }[], tall: number) {
  const total = parts.reduce((sum, part) => sum + part.count, 0) || 1;
  let from = 0;
  return parts.map(({ count, name }) => {
    const size = (count / total) * tall;
    from += size;
    return { name, from: from - size, size };
  });
}

/** The mark that a key leads to; undefined where it leads to none. */
export function keyTarget(key: string, at: number, length: number): number | undefined {
  if (length === 0) return undefined;
  switch (key) {
    case 'ArrowRight':
      return Math.min(length - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
