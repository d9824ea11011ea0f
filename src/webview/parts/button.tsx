/** A button that shows an icon and says its name. */
export interface IconButtonProps {
  readonly icon: string;
  readonly label: string;
  readonly run: (button: HTMLButtonElement) => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly popup?: boolean;
  /** Words or a number beside the icon. */
  readonly text?: string;
  readonly class?: string;
}

export function IconButton(props: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      title={props.label}
      aria-label={props.text ? `${props.label}: ${props.text}` : props.label}
      disabled={props.disabled}
      {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
      {...(props.expanded === undefined ? {} : { 'aria-expanded': props.expanded })}
      {...(props.popup ? { 'aria-haspopup': 'menu' as const } : {})}
      onClick={(event) => props.run(event.currentTarget)}
    >
      <span class={`codicon codicon-${props.icon}`} aria-hidden="true" />
      {props.text && <span class="button-text">{props.text}</span>}
    </button>
  );
}
