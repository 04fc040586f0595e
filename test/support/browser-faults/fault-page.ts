/** The script of the page in a run of faults: the generated client with its cursor in localStorage, and what it does. */
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect, localStorageCursor } from '../../../src/runtime/client/browser.ts';
import type { PageEvent, PageSettings } from './page-events.ts';

declare global {
  /** A binding of DevTools. */
  var report: (event: string) => void;
}

// They are in the address, so that a page that is loaded again continues.
const { url, token, publisher, cursor, reconnect, webSocketRetryMs } = JSON.parse(
  decodeURIComponent(location.hash.slice(1)),
) as PageSettings;

function tell(event: PageEvent): void {
  globalThis.report(JSON.stringify({ ...event, atMs: Date.now() }));
}

const client = connect(postFeedPosted, {
  url,
  auth: token,
  cursor: localStorageCursor(cursor),
  ...(reconnect === null ? {} : { reconnect }),
  webSocketRetryMs,
  onReset: () => tell({ kind: 'problem', text: 'The server no longer has what was missed.' }),
  onError: ({ message }) => tell({ kind: 'problem', text: message }),
});
client.on.post(({ payload: { postText } }) => {
  const [name, number] = postText.split(': ');
  if (name === publisher) tell({ kind: 'message', number: Number(number) });
});
client.status.subscribe(({ state }) => tell({ kind: 'status', state }));
addEventListener('pageshow', ({ persisted }) => tell({ kind: 'shown', persisted }));
document.addEventListener('freeze', () => tell({ kind: 'frozen' }));
