/** A menu by pointer or keys. */
import { useRef } from 'preact/hooks';
import { Popover } from './popover.tsx';

export interface MenuItem {
  readonly label: string;
  /** The keys that do the same, as "Ctrl+G". */
  readonly keys?: string;
  readonly icon?: string;
  readonly run: () => void;
  /** A line above it. */
  readonly apart?: boolean;
  readonly disabled?: boolean;
  /** What a pointer that rests on it is told, such as why it is disabled. */
  readonly title?: string | undefined;
}

export interface MenuProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly close: () => void;
  readonly place?: 'under' | 'inside';
}

export function Menu({ anchor, label, items, close, place = 'under' }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);

  function onKey(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])];
    const index = buttons.findIndex((button) => button === document.activeElement);
    const to = (place: number) => {
      buttons.at(place)?.focus();
      event.preventDefault();
      event.stopPropagation();
    };
    switch (event.key) {
      case 'ArrowDown': {
        to((index + 1) % buttons.length);
        return;
      }
      case 'ArrowUp': {
        to(index <= 0 ? -1 : index - 1);
        return;
      }
      case 'Home': {
        to(0);
        return;
      }
      case 'End': {
        to(-1);
        return;
      }
      case 'Tab':
        event.preventDefault();
        close();
        return;
      default: {
        if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.key === ' ') return;
        const letter = event.key.toLowerCase();
        const order = [...buttons.slice(index + 1), ...buttons.slice(0, index + 1)];
        order.find((button) => button.textContent.trim().toLowerCase().startsWith(letter))?.focus();
      }
    }
  }

  return (
    <Popover anchor={anchor} label={label} close={close} role="menu" place={place} onKeyDown={onKey}>
      <div class="menu" ref={list} role="presentation">
        {items.map((item, index) => (
          <button
            key={index}
            type="button"
            role="menuitem"
            class={item.apart ? 'menu-item apart' : 'menu-item'}
            tabIndex={-1}
            disabled={item.disabled}
            title={item.title}
            {...(item.keys === undefined ? {} : { 'aria-keyshortcuts': item.keys })}
            onClick={() => {
              close();
              item.run();
            }}
          >
            <span class={`codicon codicon-${item.icon ?? 'blank'}`} aria-hidden="true" />
            <span class="menu-label">{item.label}</span>
            {item.keys && (
              <span class="menu-keys" aria-hidden="true">
                {item.keys}
              </span>
            )}
          </button>
        ))}
      </div>
    </Popover>
  );
}
