/**
 * Follows a pressed pointer until it is let go. Escape calls it off, as does whatever takes the pointer away.
 * @param ended told where it was let go; undefined where it was called off
 */
export function drag(
  on: HTMLElement | SVGElement,
  pointer: number,
  moved: (event: PointerEvent) => void,
  ended: (at: PointerEvent | undefined) => void = () => undefined,
): void {
  on.setPointerCapture(pointer);
  const until = new AbortController();
  const { signal } = until;
  const end = (at: PointerEvent | undefined) => {
    until.abort();
    ended(at);
  };
  const listen = (
    name: 'pointermove' | 'pointerup' | 'pointercancel',
    heard: (event: PointerEvent) => void,
  ) => on.addEventListener(name, (event) => event instanceof PointerEvent && heard(event), { signal });
  listen('pointermove', moved);
  listen('pointerup', end);
  listen('pointercancel', () => end(undefined));
  // Before anything else that Escape would close or leave.
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      on.releasePointerCapture(pointer);
      end(undefined);
    },
    { signal, capture: true },
  );
}
