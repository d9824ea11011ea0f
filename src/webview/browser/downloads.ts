/** Downloads in frames that nobody sees: the page stays, and what the server says instead of rows can be shown. */
import { tell } from './dialogs.ts';

/** @param path of an answer that is saved, or else says in a sentence why there is none */
export function download(path: string): void {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Download';
  frame.src = path;
  // What is saved does not load.
  frame.addEventListener('load', () => {
    const said = frame.contentDocument?.body.textContent.trim() ?? '';
    frame.remove();
    tell('The download failed', said === '' ? 'The server has not answered.' : said);
  });
  document.body.append(frame);
}
