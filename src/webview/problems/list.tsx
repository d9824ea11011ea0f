import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Unbroken } from '../detail/text.tsx';

export interface ListedProblem {
  readonly key: string | number;
  readonly reason: ComponentChildren;
  /** Where it is, in words. */
  readonly place: string;
  /** What it is about, in a line. */
  readonly raw: ComponentChildren;
  /** Shows the record; undefined where it is of no single one. */
  readonly show?: (() => void) | undefined;
}

interface ProblemListProps {
  readonly label: string;
  readonly items: readonly ListedProblem[];
  /** What the list is of: with another, the first problem is where the Tab key leads. */
  readonly of: unknown;
  /** The focus is to go into it; told once it has gone there. */
  readonly wanted?: boolean;
  readonly taken?: () => void;
}

/** Problems, one stop of the Tab key: the arrows go from one to the next. */
export function ProblemList({ label, items, of, wanted = false, taken }: ProblemListProps) {
  const list = useRef<HTMLOListElement>(null);
  const [current, setCurrent] = useState(0);
  useEffect(() => setCurrent(0), [of]);
  useLayoutEffect(() => {
    if (!wanted) return;
    taken?.();
    list.current?.querySelector<HTMLElement>('.problem')?.focus();
  }, [wanted]);

  function onKey(event: KeyboardEvent): void {
    const all = [...(list.current?.querySelectorAll<HTMLElement>('.problem') ?? [])];
    const places: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: Math.max(0, current - 1),
      Home: 0,
      End: all.length - 1,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    all.at(places[event.key] ?? 0)?.focus();
  }

  return (
    <ol class="problems" ref={list} aria-label={label} onKeyDown={onKey}>
      {items.map(({ key, reason, place, raw, show }, index) => (
        <li key={key}>
          <button
            type="button"
            class="problem"
            aria-disabled={show === undefined}
            tabIndex={index === current ? 0 : -1}
            onFocus={() => setCurrent(index)}
            onClick={show}
          >
            <span class="problem-head">
              <span class="codicon codicon-warning" aria-hidden="true" /> {reason}
            </span>
            {place !== '' && (
              <span class="facts">
                <Unbroken words={place} />
              </span>
            )}
            {raw}
          </button>
        </li>
      ))}
    </ol>
  );
}
