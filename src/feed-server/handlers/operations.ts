import type { OperationHandlers } from '../../../generated/openapi/handlers.ts';
import type { Post, User as UserBody } from '../../../generated/openapi/models.ts';
import type { User } from '../auth/tokens.ts';
import type { Friends } from '../services/friends.ts';
import type { PostRecord, Posts } from '../services/posts.ts';
import type { UserRecord, Users } from '../services/users.ts';

export interface OperationDeps {
  readonly users: Users;
  readonly friends: Friends;
  readonly posts: Posts;
}

/** The operations of openapi.yaml: maps the contract's names to those of the services. */
export function createOperationHandlers({ users, friends, posts }: OperationDeps): OperationHandlers<User> {
  return {
    async login({ body }) {
      return { token: await users.login(body.id, body.password) };
    },
    async registerUser({ body }) {
      const { first_name, second_name, birthdate, biography, city, password } = body;
      const user = {
        firstName: first_name,
        secondName: second_name,
        birthdate: birthdate ?? null,
        biography: biography ?? null,
        city: city ?? null,
      };
      return { user_id: await users.register(user, password) };
    },
    async getUser({ pathParameters }) {
      return toUser(await users.get(pathParameters.id));
    },
    async searchUsers({ query }) {
      const found = await users.search(query.first_name, query.last_name);
      return found.map(toUser);
    },
    setFriend: ({ pathParameters }, { user }) => friends.set(user.id, pathParameters.user_id),
    deleteFriend: ({ pathParameters }, { user }) => friends.delete(user.id, pathParameters.user_id),
    createPost: ({ body, headers }, { user }) =>
      posts.create({ author: user.id, text: body.text, idempotencyKey: headers['Idempotency-Key'] }),
    updatePost: ({ body }, { user }) => posts.update(body.id, user.id, body.text),
    deletePost: ({ pathParameters }, { user }) => posts.delete(pathParameters.id, user.id),
    async getPost({ pathParameters }) {
      return toPost(await posts.get(pathParameters.id));
    },
    async getFeed({ query }, { user }) {
      const found = await posts.feedOf(user.id, query.offset, query.limit);
      return found.map(toPost);
    },
  };
}

function toUser({ id, firstName, secondName, birthdate, biography, city }: UserRecord): UserBody {
  return {
    id,
    first_name: firstName,
    second_name: secondName,
    ...(birthdate === null ? {} : { birthdate }),
    ...(biography === null ? {} : { biography }),
    ...(city === null ? {} : { city }),
  };
}

function toPost({ id, text, author }: PostRecord): Post {
  return { id, text, author_user_id: author };
}
