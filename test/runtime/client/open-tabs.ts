import { connect } from '../../../src/runtime/client/browser.ts';
import { type CursorStore, memoryCursor } from '../../../src/runtime/client/index.ts';
import { type FeedOptions, type OpenedFeed, openFeed } from './resume-feed.ts';

/** The storage of an origin: one cursor for all tabs, and one for each tab. */
export class Origin {
  readonly common = memoryCursor();
  static #count = 0;
  readonly #name: string;

  constructor() {
    Origin.#count += 1;
    this.#name = `feed ${Origin.#count}`;
  }

  /** The store of a new tab, or of one that is reloaded with its `own` cursor. */
  store(own: CursorStore = memoryCursor()): CursorStore {
    const { common } = this;
    const tab = {
      name: this.#name,
      isShared: false,
      saveForAll: (cursor: string) => void common.save(cursor),
    };
    return {
      tab,
      load: async () => (await own.load()) ?? (await common.load()),
      save(cursor) {
        void own.save(cursor);
        if (!tab.isShared) void common.save(cursor);
      },
    };
  }

  /** Opens a tab, with the client for browsers: Node has the same locks and channels. */
  openTab(url: string, options: FeedOptions = {}): OpenedFeed {
    return openFeed(url, { cursor: this.store(), ...options }, 'post', connect);
  }
}
