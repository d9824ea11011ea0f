/** Asks for one value, at an element. */
import { useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import { PopoverForm, TextField } from './popoverForm.tsx';

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
    <PopoverForm
      anchor={anchor}
      label={label}
      close={close}
      fields={<TextField label={label} value={value} change={setValue} />}
      submit={() => {
        close();
        answer(value);
      }}
      button={button}
      facts={t('Enter adds it to the filter.')}
    />
  );
}
