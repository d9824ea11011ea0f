/** Asks for one value, at an element. */
import { useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import { Popover } from './popover.tsx';

export interface AskProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly button: string;
  readonly close: () => void;
  readonly answer: (value: string) => void;
}

export function Ask({ anchor, label, button, close, answer }: AskProps) {
  const [value, setValue] = useState('');
  return (
    <Popover anchor={anchor} label={label} close={close}>
      <form
        class="popover-form"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          answer(value);
        }}
      >
        <label class="ask">
          <span>{label}</span>
          <input
            type="text"
            class="input"
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button">
          {button}
        </button>
      </form>
      <p class="facts">{t('Enter adds it to the filter.')}</p>
    </Popover>
  );
}
