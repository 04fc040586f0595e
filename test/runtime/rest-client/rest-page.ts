/** The script of the page in browser.test.ts, as an application bundles the client of the feed server. */
import { api } from '../../../generated/openapi/client.ts';
import { isErrorOf, restClient } from '../../../src/runtime/rest-client/index.ts';

declare global {
  /** Posts and resolves with the id, or with the code of the error that the contract describes. */
  var postFromPage: (token: string, text: string) => Promise<string>;
}

globalThis.postFromPage = async (token, text) => {
  const { createPost } = restClient(api, { url: location.origin, auth: () => token, retry: { baseMs: 1 } });
  try {
    return await createPost({ body: { text } });
  } catch (thrown) {
    if (!isErrorOf(createPost, thrown)) throw thrown;
    return thrown.body.code;
  }
};
