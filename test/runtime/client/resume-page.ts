/** The script of the page in resume-chromium.test.ts: the generated client with its cursor in localStorage. */

import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect, localStorageCursor } from '../../../src/runtime/client/browser.ts';

declare global {
  var follow: (url: string, token: string) => void;
  var seen: { readonly texts: string[]; readonly states: string[]; readonly errors: string[] };
}

globalThis.seen = { texts: [], states: [], errors: [] };
globalThis.follow = (url, token) => {
  connect(postFeedPosted, {
    url,
    credentials: { bearerAuth: token },
    cursors: localStorageCursor('feed'),
    reconnect: { baseMs: 20, maxMs: 100 },
    on: {
      post({ payload }) {
        globalThis.seen.texts.push(payload.postText);
      },
    },
    onStatus: ({ state }) => void globalThis.seen.states.push(state),
    onError: ({ message }) => void globalThis.seen.errors.push(message),
  });
};
