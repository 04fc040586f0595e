/** The script of the page in resume-chromium.test.ts: the generated client with its cursor in localStorage. */

import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect, localStorageCursor } from '../../../src/runtime/client/browser.ts';

declare global {
  var follow: (url: string, token: string) => void;
  var seen: { readonly texts: string[]; readonly states: string[]; readonly errors: string[] };
}

globalThis.seen = { texts: [], states: [], errors: [] };
globalThis.follow = (url, token) => {
  const feed = connect(postFeedPosted, {
    url,
    auth: token,
    cursor: localStorageCursor('feed'),
    reconnect: { baseMs: 20, maxMs: 100 },
    onError: ({ message }) => void globalThis.seen.errors.push(message),
  });
  feed.on.post(({ payload }) => void globalThis.seen.texts.push(payload.postText));
  feed.status.subscribe(({ state }) => void globalThis.seen.states.push(state));
};
