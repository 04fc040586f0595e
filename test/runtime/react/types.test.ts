import { type MessageHandlers, useChannel } from 'posted/react';
import { describe, expectTypeOf, it } from 'vitest';
import type { PostFeedPostedClient } from '../../../generated/asyncapi/client.ts';
import type { PostMessage } from '../../../generated/asyncapi/models.ts';
import { type ChatClient, type ChatTypes, chat } from '../client/chat-channel.ts';

describe('the types of useChannel', () => {
  it('are those of the channel', () => {
    expectTypeOf(useChannel<ChatClient, ChatTypes>).returns.toEqualTypeOf<ChatClient | null>();
    expectTypeOf(useChannel<ChatClient, ChatTypes>)
      .parameter(0)
      .toEqualTypeOf(chat);
    expectTypeOf<keyof MessageHandlers<ChatClient>>().toEqualTypeOf<'post' | 'notice'>();
  });

  it('name the messages of a generated client', () => {
    type Post = Parameters<NonNullable<MessageHandlers<PostFeedPostedClient>['post']>>[0];
    expectTypeOf<Post>().toEqualTypeOf<PostMessage>();
  });
});
