/** What is said over the page while it has no connection. */
import type { ConnectionState } from './connection.ts';
import { element } from './dialogs.ts';

/** @param retry tries to connect now */
export function createNotice(retry: () => void): (state: ConnectionState) => void {
  const notice = element('div', 'host-notice');
  notice.setAttribute('role', 'alert');
  notice.hidden = true;
  const text = element('span');
  const again = element('button', 'button', 'Try Now');
  again.type = 'button';
  again.addEventListener('click', retry);
  notice.append(text, again);
  document.body.append(notice);
  return (state) => {
    notice.hidden = state === 'open';
    again.hidden = state === 'refused';
    if (state === 'lost') text.textContent = 'There is no connection to rowriver serve. Trying again.';
    if (state === 'refused')
      text.textContent = 'rowriver serve was started again. Open the address that it has printed.';
  };
}
