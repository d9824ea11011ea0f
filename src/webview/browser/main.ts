/** Entry of the browser's end: what VS Code is to the page elsewhere. It runs before the page. */
import './theme.css';
import './host.css';
import { tabDataId, type BrowserCalls, type TabData } from '../../protocol/browserTab.ts';
import type { PreviewCalls } from '../../protocol/preview.ts';
import type { PageCommand } from '../../protocol/pageCommands.ts';
import { Peer, type Handlers, type Message } from '../../protocol/rpc.ts';
import type { EditorApi, HostMethod } from '../link.ts';
import { Connection } from './connection.ts';
import { showContextMenus } from './contextMenu.ts';
import { askText, pick } from './dialogs.ts';
import { download } from './downloads.ts';
import { commandOf } from './keys.ts';
import { createNotice } from './notice.ts';
import { followTheme } from './theme.ts';

type Nothing = Record<string, never>;
/** What is answered here; the server answers all else. */
type OwnCalls = Pick<
  PreviewCalls,
  'host/copy' | 'host/export' | 'host/exportRejects' | 'host/openRecord' | 'host/keepPage' | 'host/status'
>;

/** What only VS Code can do. */
const lacking: readonly HostMethod[] = [
  'host/openAsText',
  'host/askAboutFile',
  'host/sendRows',
  'host/runOnSpark',
  'host/runElsewhere',
  'host/compareRecord',
  'host/validate',
  'host/exportChecked',
];

const { name, file, formats } = JSON.parse(document.getElementById(tabDataId)?.textContent ?? '') as TabData;
const stateKey = `rowriver ${file} ${name}`;
let tab = 0;

/** To the page, whose messages are those of its own window. */
function toPage(data: Message): void {
  window.dispatchEvent(new MessageEvent('message', { data, origin: window.origin }));
}

function command(value: PageCommand): void {
  toPage({ type: 'event', name: 'command', value });
}

const ownHandlers: Handlers<OwnCalls> = {
  'host/copy': async ({ text }) => {
    await navigator.clipboard.writeText(text);
    return null;
  },
  'host/export': async ({ query }) => {
    const choices = formats.map(({ name: label, ending }) => ({ label, description: ending }));
    const picked = await pick({ title: 'Download as', choices, active: 0 });
    if (picked === null) return null;
    const asked = new URLSearchParams({ tab: String(tab), q: query });
    download(`/rows${formats[picked].ending}?${asked.toString()}`);
    return null;
  },
  'host/exportRejects': () => {
    download(`/rejects.jsonl?tab=${tab}`);
    return null;
  },
  'host/openRecord': ({ view, row }) => {
    window.open(`/record.json?tab=${tab}&view=${view}&row=${row}`, '_blank', 'noopener');
    return null;
  },
  'host/keepPage': () => null,
  'host/status': () => null,
};
const own = new Peer<OwnCalls, Nothing, Nothing>({ post: toPage, handlers: ownHandlers });

/** What the server asks of the user. */
const asked = new Peer<BrowserCalls, Nothing, Nothing>({
  post: (message) => connection.send(message),
  handlers: {
    tab: ({ number }) => {
      tab = number;
      return null;
    },
    pick,
    text: askText,
    copy: async ({ text }) => {
      await navigator.clipboard.writeText(text);
      return null;
    },
  },
});

followTheme();
const showState = createNotice(() => connection.retry());
const connection = new Connection(`ws://${location.host}/tab?file=${file}`, {
  receive: (message) => {
    if (message.type === 'call' || message.type === 'cancel') asked.receive(message);
    else toPage(message);
  },
  changed: (state, again) => {
    showState(state);
    // The server's end of the page is a new one.
    if (again) toPage({ type: 'event', name: 'restarted', value: { message: '' } });
  },
});

const isMac = navigator.platform.startsWith('Mac');
document.addEventListener('keydown', (event) => {
  const name = commandOf(event, isMac);
  if (name === undefined) return;
  event.preventDefault();
  command({ name });
});
showContextMenus(command);

const api: EditorApi = {
  lacking,
  postMessage(message) {
    if (message.type === 'call' && Object.hasOwn(ownHandlers, message.method)) own.receive(message);
    else connection.send(message);
  },
  getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') as unknown,
  setState: (state) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
};
Object.assign(window, { acquireVsCodeApi: () => api });
