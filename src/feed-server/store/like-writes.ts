import type { EventLog, Write } from 'posted/log';
import type { Like } from '../../../generated/asyncapi/models.ts';

/** Both write nothing if the author has no such post. */
export interface LikeWrites {
  /** Writes nothing if the user likes the post already. */
  readonly likePost: Write<typeof likeRow>;
  /** Writes nothing if the user does not like the post. */
  readonly unlikePost: Write<typeof likeRow>;
}

/** `author` is that of the post, who is in `also`. */
const likeRow = { post_id: 'text', user_id: 'text', author: 'text', also: 'json' } as const;

const postExists = 'exists (select 1 from post where post.id = item.post_id and post.author = item.author)';

const isLiked = `exists (
  select 1 from post_like where post_like.post_id = item.post_id and post_like.user_id = item.user_id)`;

const likeEvent = { channel: 'postFeedPosted', topic: 'author', also: 'also', entity: 'post_id' } as const;

/** The payload of both messages, without the number of likes. */
const like = { postId: 'post_id', user_id: 'user_id' } as const satisfies Readonly<
  Record<Exclude<keyof Like, 'likes'>, keyof typeof likeRow>
>;

/** Registers the writes of likes. Their messages count the likes of the post at their position in the log. */
export function registerLikeWrites(log: Pick<EventLog, 'write'>): LikeWrites {
  return {
    likePost: log.write({
      name: 'likePost',
      row: likeRow,
      one: ['post_id', 'user_id'],
      where: `${postExists} and not ${isLiked}`,
      statements: {
        // Other likes of the post may be in the batch, so that one that many like at once does not delay other writes.
        liked: `
          insert into post_like (post_id, user_id, seq, likes)
          select post_id, user_id, seq,
            coalesce((select likes from post_like_count where post_like_count.post_id = item.post_id), 0)
              + row_number() over (partition by post_id order by seq)
          from item
          returning post_id, user_id, likes`,
        counted: `
          insert into post_like_count (post_id, likes)
          select post_id, count(*) from item group by post_id
          on conflict (post_id) do update set likes = post_like_count.likes + excluded.likes`,
      },
      when: 'liked',
      event: { ...likeEvent, message: 'postLiked', payload: { ...like, likes: 'liked.likes' } },
    }),
    unlikePost: log.write({
      name: 'unlikePost',
      row: likeRow,
      one: ['post_id'],
      where: `${postExists} and ${isLiked}`,
      statements: {
        removed: 'delete from post_like where (post_id, user_id) in (select post_id, user_id from item)',
        counted: `
          update post_like_count set likes = post_like_count.likes - 1 from item
          where post_like_count.post_id = item.post_id
          returning post_like_count.post_id, post_like_count.likes`,
      },
      event: { ...likeEvent, message: 'postUnliked', payload: { ...like, likes: 'counted.likes' } },
    }),
  };
}
