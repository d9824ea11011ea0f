/** Marks the page as VS Code does for its kinds of themes. The colors are in theme.css. */
const isDark = matchMedia('(prefers-color-scheme: dark)');
const isForced = matchMedia('(forced-colors: active)');

export function followTheme(): void {
  const mark = (): void => {
    const { classList } = document.body;
    classList.toggle('vscode-high-contrast', isForced.matches);
    classList.toggle('vscode-dark', isDark.matches && !isForced.matches);
    classList.toggle('vscode-light', !isDark.matches && !isForced.matches);
  };
  mark();
  isDark.addEventListener('change', mark);
  isForced.addEventListener('change', mark);
}
