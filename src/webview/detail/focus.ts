/** Whether the focus is on an element or in it. */
export function holdsFocus(element: Element | null): boolean {
  return element?.contains(document.activeElement) === true;
}
