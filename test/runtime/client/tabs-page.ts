/** The script of the page in tabs-chromium.test.ts: one of several tabs that use one cursor in localStorage. */
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect, localStorageCursor } from '../../../src/runtime/client/browser.ts';

declare global {
  /** `slow`: keeps the first post until `finish`. */
  var followIn: (url: string, token: string, options?: { slow?: boolean; shareTabs?: boolean }) => void;
  var finish: () => void;
  var tab: {
    readonly texts: string[];
    readonly states: (readonly [string, number])[];
    readonly errors: string[];
  };
}

globalThis.tab = { texts: [], states: [], errors: [] };
globalThis.followIn = (url, token, { slow = false, shareTabs = true } = {}) => {
  const finished = new Promise<void>((resolve) => {
    globalThis.finish = resolve;
  });
  const feed = connect(postFeedPosted, {
    url,
    auth: token,
    cursor: localStorageCursor('feed'),
    shareTabs,
    reconnect: { baseMs: 20, maxMs: 100 },
    onError: ({ message }) => void globalThis.tab.errors.push(message),
  });
  feed.on.post(async ({ payload }) => {
    if (slow) await finished;
    globalThis.tab.texts.push(payload.postText);
  });
  feed.status.subscribe(({ state }) => void globalThis.tab.states.push([state, Date.now()]));
};
