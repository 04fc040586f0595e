import { PostedError } from 'posted/server';
import type { FairQueue } from '../auth/fair-queue.ts';
import type { PasswordThrottle } from '../auth/password-throttle.ts';
import { hashPassword, verifyPassword } from '../auth/passwords.ts';
import type { FeedQueries, Login } from '../store/feed-queries.ts';
import { unknownUser } from './unknown-user.ts';

/** The part of a request's context that tells who waits for an answer. */
export interface Client {
  readonly network: string;
  readonly signal: AbortSignal;
}

/** Both methods wait for their turn, and reject with PostedError: with `too_many_requests` if the client has to pause. */
export interface PasswordCheck {
  /** Rejects with `unauthorized` or `not_found`, after the same time, if this is not the password of a user. */
  check(id: string, password: string, client: Client): Promise<Login>;
  /** The hash of a new password of the user. */
  hash(id: string, password: string, client: Client): Promise<string>;
}

export interface PasswordCheckDeps {
  readonly queries: Pick<FeedQueries, 'findLogin'>;
  readonly throttle: PasswordThrottle;
  readonly queue: FairQueue;
}

export function createPasswordCheck({ queries, throttle, queue }: PasswordCheckDeps): PasswordCheck {
  return {
    async check(id, password, { network, signal }) {
      const guess = { user: id, network };
      // A client that has to pause takes no place in the queue.
      throttle.check(guess);
      return await queue.run(network, signal, async () => {
        const login = await queries.findLogin(id, { signal });
        const succeed = throttle.begin(guess);
        const isRight = await verifyPassword(login?.passwordHash ?? null, password);
        if (login === null) throw unknownUser();
        if (!isRight) throw new PostedError('unauthorized', 'The password is wrong.');
        succeed();
        return login;
      });
    },
    hash: (id, password, { network, signal }) =>
      queue.run(network, signal, async () => {
        throttle.remember({ user: id, network });
        return await hashPassword(password);
      }),
  };
}
