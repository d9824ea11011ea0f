/** The grid's one tab stop: the active cell where it is in sight, else the grid itself. */
export interface TabStop {
  /** Whether the focus is in the grid. To be asked before elements are taken for other cells. */
  focused(): boolean;
  /** Moves the stop, and the focus with it where that is in the grid. */
  put(target: HTMLElement, focused: boolean): void;
  focus(): void;
}

export function createTabStop(sheet: HTMLElement): TabStop {
  let stop = sheet;
  return {
    focused() {
      const held = document.activeElement;
      return held !== null && sheet.contains(held);
    },
    put(target, focused) {
      if (stop !== target) {
        stop.tabIndex = -1;
        stop = target;
        stop.tabIndex = 0;
      }
      const held = document.activeElement;
      // A plot in the header that has the stop keeps the focus.
      const inPlot = held?.closest('.head-plot') && target.contains(held);
      if (focused && held !== target && !inPlot) target.focus({ preventScroll: true });
    },
    focus: () => stop.focus({ preventScroll: true }),
  };
}
