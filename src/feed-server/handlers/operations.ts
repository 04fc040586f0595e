import type { OperationHandlers } from '../../../generated/openapi/handlers.ts';
import type {
  Comment,
  FoundUser as FoundUserBody,
  Post,
  User as UserBody,
} from '../../../generated/openapi/models.ts';
import type { User } from '../auth/tokens.ts';
import type { Comments } from '../services/comments.ts';
import type { Friends } from '../services/friends.ts';
import type { Likes } from '../services/likes.ts';
import type { FeedPosition, PostRecord, Posts } from '../services/posts.ts';
import type { Sessions } from '../services/sessions.ts';
import type { UserRecord, Users } from '../services/users.ts';
import type { CommentRecord } from '../store/comment-page.ts';
import type { FoundUser } from '../store/search-users.ts';
import { fitPage, linkToNext, maxPageBytes } from './pages.ts';

export interface OperationDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly friends: Friends;
  readonly posts: Posts;
  readonly likes: Likes;
  readonly comments: Comments;
}

/** The operations of openapi.yaml: maps the contract's names to those of the services. */
export function createOperationHandlers({
  users,
  sessions,
  friends,
  posts,
  likes,
  comments,
}: OperationDeps): OperationHandlers<User> {
  return {
    async login({ body }, context) {
      return { token: await users.login(lowerCase(body.id), body.password, context) };
    },
    async registerUser({ body }, context) {
      const { first_name, second_name, birthdate, biography, city, password } = body;
      const user = {
        firstName: first_name,
        secondName: second_name,
        birthdate: birthdate ?? null,
        biography: biography ?? null,
        city: city ?? null,
      };
      return { user_id: await users.register(user, password, context) };
    },
    async createTicket(_, { user }) {
      return { ticket: await sessions.issueTicket(user) };
    },
    logout: (_, { user }) => sessions.logout(user),
    changePassword: ({ body }, context) =>
      users.changePassword(context.user.id, body.old_password, body.password, context),
    async getUser({ pathParameters }, { signal }) {
      return toUser(await users.get(lowerCase(pathParameters.id), { signal }));
    },
    async searchUsers({ query }, { signal }) {
      const search = {
        firstNamePrefix: query.first_name,
        secondNamePrefix: query.last_name,
        after: query.after === undefined ? null : lowerCase(query.after),
        limit: query.limit,
        maxBytes: maxPageBytes,
      };
      const found = await users.search(search, { signal });
      const body = fitPage(found.users.map(toFoundUser));
      const after = body.length < found.users.length ? body.at(-1)?.id : found.next;
      return { headers: after ? linkToNext({ ...query, after }) : {}, body };
    },
    setFriend: ({ pathParameters }, { user }) => friends.set(user.id, lowerCase(pathParameters.user_id)),
    deleteFriend: ({ pathParameters }, { user }) =>
      friends.delete(user.id, lowerCase(pathParameters.user_id)),
    createPost: ({ body, headers }, { user }) =>
      posts.create({ author: user.id, text: body.text, idempotencyKey: headers['Idempotency-Key'] }),
    updatePost: ({ body }, { user }) => posts.update(lowerCase(body.id), user.id, body.text),
    deletePost: ({ pathParameters }, { user }) => posts.delete(lowerCase(pathParameters.id), user.id),
    async getPost({ pathParameters }, { signal }) {
      return toPost(await posts.get(lowerCase(pathParameters.id), { signal }));
    },
    async getFeed({ query: { after = null, offset, limit } }, { user, signal }) {
      const range = { user: user.id, belowSeq: after, offset, limit, maxBytes: maxPageBytes };
      const found = await posts.feedOf(range, { signal });
      const body = fitPage(found.posts.map(toPost));
      const cut = body.length < found.posts.length ? found.posts[body.length - 1] : undefined;
      const next = cut === undefined ? found.next : { belowSeq: cut.seq, offset: 0 };
      const isFirst = after === null && offset === 0;
      const headers = {
        ...(isFirst ? { 'Feed-Cursor': found.cursor } : {}),
        ...(next === null ? {} : linkToFeed(next, limit)),
      };
      return { headers, body };
    },
    likePost: ({ pathParameters }, { user }) => likes.like(lowerCase(pathParameters.id), user.id),
    unlikePost: ({ pathParameters }, { user }) => likes.unlike(lowerCase(pathParameters.id), user.id),
    async getLikes({ pathParameters, query: { after = null, limit } }, { signal }) {
      const range = { postId: lowerCase(pathParameters.id), belowSeq: after, limit };
      const { count, users: found, belowSeq } = await likes.of(range, { signal });
      return { count, user_ids: [...found], next: belowSeq };
    },
    createComment: ({ body, headers }, { user }) =>
      comments.create({
        postId: lowerCase(body.post_id),
        author: user.id,
        text: body.text,
        idempotencyKey: headers['Idempotency-Key'],
      }),
    deleteComment: ({ pathParameters }, { user }) => comments.delete(lowerCase(pathParameters.id), user.id),
    async listComments({ pathParameters, query: { after = null, limit } }, { signal }) {
      const postId = lowerCase(pathParameters.post_id);
      const range = { postId, afterSeq: after, limit, maxBytes: maxPageBytes };
      const found = await comments.of(range, { signal });
      const body = fitPage(found.comments.map(toComment), listBytes);
      const hasNext = found.hasNext || body.length < found.comments.length;
      return { comments: body, next: hasNext ? (found.comments[body.length - 1]?.seq ?? null) : null };
    },
  };
}

/** UUIDs are stored and sent in lower case, and accepted in either (RFC 9562 section 4). */
function lowerCase(uuid: string): string {
  return uuid.toLowerCase();
}

/** The largest size of everything in a list except its items. */
const listBytes = JSON.stringify({ comments: [], next: Number.MAX_SAFE_INTEGER }).length;

function linkToFeed({ belowSeq, offset }: FeedPosition, limit: number): { readonly Link: string } {
  return linkToNext({
    limit,
    ...(offset === 0 ? {} : { offset }),
    ...(belowSeq === null ? {} : { after: belowSeq }),
  });
}

function toUser({ biography, ...user }: UserRecord): UserBody {
  return { ...toFoundUser(user), ...(biography === null ? {} : { biography }) };
}

function toFoundUser({ id, firstName, secondName, birthdate, city }: FoundUser): FoundUserBody {
  return {
    id,
    first_name: firstName,
    second_name: secondName,
    ...(birthdate === null ? {} : { birthdate }),
    ...(city === null ? {} : { city }),
  };
}

function toComment({ id, postId, text, author }: CommentRecord): Comment {
  return { id, post_id: postId, text, author_user_id: author };
}

function toPost({ id, text, author }: PostRecord): Post {
  return { id, text, author_user_id: author };
}
