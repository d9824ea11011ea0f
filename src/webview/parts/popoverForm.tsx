/** What is asked for in a box over the page: its fields, the button that answers, and what will come of it. */
import type { ComponentChildren } from 'preact';
import { Popover, type PopoverProps } from './popover.tsx';

interface PopoverFormProps extends Pick<PopoverProps, 'anchor' | 'label' | 'close' | 'place'> {
  readonly fields: ComponentChildren;
  readonly submit: () => void;
  /** Of the button that submits; without it, Enter alone does. */
  readonly button?: string;
  readonly ready?: boolean;
  /** Under the fields. */
  readonly facts: string;
  /** In place of the facts, what is wrong with the answer. */
  readonly fault?: string;
  /** Under it all. */
  readonly children?: ComponentChildren;
}

export function PopoverForm({
  fields,
  submit,
  button,
  ready = true,
  facts,
  fault = '',
  children,
  ...popover
}: PopoverFormProps) {
  return (
    <Popover {...popover}>
      <form
        class="popover-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {fields}
        {button !== undefined && (
          <button type="submit" class="button" disabled={!ready}>
            {button}
          </button>
        )}
      </form>
      <p class={fault ? 'fault' : 'facts'} role={fault ? 'alert' : undefined}>
        {fault || facts}
      </p>
      {children}
    </Popover>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly change: (value: string) => void;
}

/** A text that is asked for, under its name. */
export function TextField({ label, value, placeholder, change }: TextFieldProps) {
  return (
    <label class="ask">
      <span>{label}</span>
      <input
        type="text"
        class="input"
        value={value}
        placeholder={placeholder}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}
