/** Following a file that grows: whether the page does, and how many rows have come that nobody has seen. */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { t, words } from '../l10n.ts';
import { sentence } from '../link.ts';
import type { Preview } from './preview.ts';

export interface FollowingModel {
  /** Whether the file is one that can be followed. */
  readonly offered: ReadonlySignal<boolean>;
  readonly on: ReadonlySignal<boolean>;
  /** Rows below those that were there when the last one was in sight. */
  readonly fresh: ReadonlySignal<number>;
  /** Records have come that the rows of a query are not made of, which needs all of them. */
  readonly outdated: ReadonlySignal<boolean>;
  toggle(): void;
  /** Brings the last row into sight. */
  toEnd(): void;
}

/** @param reload reads the file anew, and shows the same query */
export function createFollowing(preview: Preview, reload: () => Promise<void>): FollowingModel {
  const { link, grid, file, state, shown, result, top, notice } = preview;
  const on = signal(false);
  const seen = signal(0);

  // Whenever the file is opened, by a reload as well, the engine does not follow it yet.
  effect(() => {
    if (!file.value || !on.value) return;
    // A file that has come to the others may be one that cannot be followed.
    if (file.value.grows !== true) {
      on.value = false;
      return;
    }
    link.call('follow', { on: true }).then(
      (now) => (state.value = now),
      (error: unknown) => (notice.value = sentence(error)),
    );
  });

  effect(() => grid.setSticky(on.value));

  let drawn = { view: -1, rows: 0, exact: false, opened: file.peek() };
  effect(() => {
    const { view, rows, exact } = shown.value;
    // Asked again where the grid has come to rest.
    const isAtEnd = top.value >= 0 && grid.isAtEnd;
    // Groups are made anew, in whatever order: none of them is new by its place.
    const isMade = result.value?.made !== undefined;
    // Rows that come while a query runs are there since long: it is the file that grows when all were there before.
    const isWhole = !isMade && exact && drawn.exact && drawn.view === view && drawn.opened === file.value;
    const hasGrown = rows > drawn.rows;
    drawn = { view, rows, exact, opened: file.value };
    // Marked are the rows that the button counts; where the end is in sight, those that came last.
    if (!isWhole || !on.value) grid.setNew(Infinity);
    else if (hasGrown) grid.setNew(seen.peek());
    if (!isWhole || !on.value || isAtEnd) seen.value = rows;
  });

  // The name leads to another file: that one is followed from now on. Or later files of a table have other columns.
  let reloading: Promise<unknown> | undefined;
  effect(() => {
    if (state.value?.phase !== 'changed' || reloading) return;
    const { said, following, outrun } = state.value;
    if (!following && !outrun) return;
    const told = said ? words(said) : t('The file was replaced. This is the new one.');
    reloading = reload()
      .then(() => (notice.value = told))
      .finally(() => (reloading = undefined));
  });

  link.on('followed', (said) => (notice.value = words(said)));

  return {
    offered: computed(() => file.value?.grows === true),
    on,
    fresh: computed(() => (on.value ? Math.max(0, shown.value.rows - seen.value) : 0)),
    outdated: computed(() => result.value?.outdated === true),
    toggle() {
      on.value = !on.value;
      if (on.peek()) return;
      link.call('follow', { on: false }).then(
        (now) => (state.value = now),
        (error: unknown) => (notice.value = sentence(error)),
      );
    },
    toEnd: () => grid.toEnd(),
  };
}
