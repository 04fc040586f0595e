import { randomBytes, randomUUID } from 'node:crypto';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { singleKey } from '../../../src/feed-server/auth/key-ring.ts';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import type { AppReader, DeliveryApp } from '../../support/history/delivery-app.ts';
import { createDeliverySchedule, type DeliverySchedule } from '../../support/history/delivery-schedule.ts';
import type { Rest } from '../../support/history/rest.ts';
import { identify, messagesOf } from './feed-messages.ts';
import { authorOf, type FeedReader, planFeedReader, planFriends, undisturbedReader } from './feed-readers.ts';
import { type Account, FeedWriter, type LikablePosts } from './feed-writer.ts';

/** The feed in a run. */
export const feedApp: DeliveryApp<FeedReader> = {
  program: {
    server: 'src/feed-server/main.ts',
    bumpEpoch: 'src/feed-server/commands/bump-epoch.ts',
    announcement: 'Posted serves REST on ',
  },
  plan: (options) =>
    createDeliverySchedule(options, {
      // Short enough that some clients are away for longer.
      retentionSeconds: Math.min(60, Math.max(3, Math.round(options.durationMs / 6000))),
      readers: Array.from({ length: options.clients }, (_, index) => planFeedReader(index, options.clients)),
      undisturbed: undisturbedReader,
      memberships: planFriends,
    }),
  async prepare(schedule) {
    const secret = randomBytes(32).toString('base64url');
    const tokens = createTokens({ keys: singleKey(secretKey(secret)) });
    return {
      env: { JWT_SECRET: secret, RETENTION_SECONDS: String(schedule.retentionSeconds) },
      async open(rest) {
        const ids = await registerUsers(schedule, rest);
        const accounts = new Map(ids.map(([name, id]) => [name, { id, token: tokens.issue(id) }]));
        const accountOf = (name: string): Account => {
          const account = accounts.get(name);
          if (account === undefined) throw new Error(`the run has no user ${name}`);
          return account;
        };
        const likable: LikablePosts = [];
        return {
          identify,
          reader: (name, plan) => feedReader(name, plan, accountOf(plan.user)),
          createWriter(index, deps) {
            const name = authorOf(index);
            return new FeedWriter({ ...deps, name, account: accountOf(name), likable });
          },
          membershipRequest(kind, membership) {
            const user = accountOf(membership.user);
            const topic = accountOf(membership.topic).id;
            const path = `/friend/${kind === 'join' ? 'set' : 'delete'}/${topic}`;
            return { user: user.id, topic, request: { method: 'PUT', path, token: user.token } };
          },
        };
      },
    };
  },
};

/** The ids of all users by name. Only authors must be registered; others are like users of another token issuer. */
async function registerUsers(
  { writers, readers, memberships }: DeliverySchedule,
  rest: Rest,
): Promise<readonly (readonly [name: string, id: string])[]> {
  const names = new Set(readers.map(({ user }) => user));
  const authors = new Set(Array.from({ length: writers }, (_, index) => authorOf(index)));
  for (const { topic } of memberships) authors.add(topic);
  const body = { first_name: 'Ada', second_name: 'Lovelace', password: 'analytical engine' };
  const registered = Array.from(authors, async (name) => {
    const user = await rest.requestUntilAnswered({ method: 'POST', path: '/user/register', body });
    return [name, (user as { readonly user_id: string }).user_id] as const;
  });
  const others = [...names].filter((name) => !authors.has(name)).map((name) => [name, randomUUID()] as const);
  return [...(await Promise.all(registered)), ...others];
}

function feedReader(
  name: string,
  { audience, events, cursors }: FeedReader,
  { id, token }: Account,
): AppReader {
  return {
    identity: {
      name,
      user: id,
      channel: 'postFeedPosted',
      messages: (events ?? 'posts').split(',').flatMap((group) => messagesOf[group] ?? []),
      audience,
      isResumable: cursors !== 'none',
    },
    connect({ query, ...options }, receive) {
      const client = connect(postFeedPosted, {
        ...options,
        auth: token,
        query: {
          ...query,
          audience: audience === 'everyone' ? 'everyone' : 'friends',
          ...(events !== undefined && { events }),
        },
      });
      const names = Object.values(messagesOf).flat() as (keyof typeof client.on)[];
      for (const message of names)
        client.on[message](({ payload, cursor }) => receive(message, payload, cursor));
      return client;
    },
  };
}
