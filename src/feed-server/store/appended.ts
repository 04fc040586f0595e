import type { PostAppended, PostDraft } from './store.ts';

/** What became of an append, as far as the engine knows more than who asked for it. */
export interface Appended {
  /** Null where nothing was appended: the key was used before, or the friendship was so already. */
  readonly seq: number | null;
  /** The post that had the key before. */
  readonly keyHolder: string | null;
}

export function toPostAppended(draft: PostDraft, { seq, keyHolder }: Appended): PostAppended {
  const { author, text, createdAtMs } = draft;
  const postId = keyHolder ?? draft.postId;
  return { postId, event: seq === null ? null : { kind: 'post', seq, createdAtMs, author, postId, text } };
}
