/** The script of the page in a run of faults: the generated client with its cursor in localStorage, and what it does. */
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect, localStorageCursor } from '../../../src/runtime/client/browser.ts';
import type { PageEvent, PageSettings, TimedPageEvent } from './page-events.ts';

declare global {
  /** A binding of DevTools. */
  var report: (event: string) => void;
}

// They are in the address, so that a page that is loaded again continues.
const { url, token, publisher, cursor, reconnect, webSocketRetryMs } = JSON.parse(
  decodeURIComponent(location.hash.slice(1)),
) as PageSettings;

const events: TimedPageEvent[] = [];

function tell(event: PageEvent): void {
  const timed = { ...event, index: events.length, atMs: Date.now() };
  events.push(timed);
  globalThis.report(JSON.stringify([timed]));
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
addEventListener('pageshow', ({ persisted }) => {
  tell({ kind: 'shown', persisted });
  // DevTools do not get what a page reports while the browser moves it to the back-forward cache.
  globalThis.report(JSON.stringify(events));
});
document.addEventListener('freeze', () => tell({ kind: 'frozen' }));
