import { type Log, LogLimit, PostedError, type Rate, RateCounter, RecentMap } from 'posted/server';

export interface PasswordThrottleOptions {
  /** How many wrong passwords a client may send for one user. */
  readonly perUserAndAddress: readonly Rate[];
  /** How many it may send for all users together. */
  readonly perAddress: readonly Rate[];
  /** How many all clients together may send for one user before they count more. */
  readonly perUser: readonly Rate[];
  readonly log: Log;
  /** What the log says about an address that has to pause. */
  readonly remedy: string;
}

/** Somebody sends a password for a user, who may not exist. */
export interface Guess {
  readonly user: string;
  /** That of the client, as in a request's context. */
  readonly network: string;
}

/**
 * Makes clients pause after wrong passwords, and never because of what others send: the first guess of a client for a
 * user is always checked, unless the client itself has guessed at many other users. A client is an address, or the /64
 * of an IPv6 address.
 */
export interface PasswordThrottle {
  /** @throws PostedError `too_many_requests` while the client has to pause */
  check(guess: Guess): void;
  /**
   * Counts the guess as wrong, so that guesses at the same time do not all see the same count. Returns what to call if
   * the password is right.
   *
   * @throws PostedError `too_many_requests` while the client has to pause
   */
  begin(guess: Guess): () => void;
  /** The user has a new password, and has set it from there. */
  remember(guess: Guess): void;
}

/** How much a wrong password counts while a user is guessed at from many addresses. */
const attackedWeight = 5;

/** To be forgotten, a client needs the guesses of half as many others, each of which is checked. 7 counters take 30 MB. */
const maxKeys = 30_000;

export function createPasswordThrottle({
  perUserAndAddress,
  perAddress,
  perUser,
  log,
  remedy,
}: PasswordThrottleOptions): PasswordThrottle {
  const [pairs, addresses, users] = [perUserAndAddress, perAddress, perUser].map((rates) =>
    rates.map((rate) => new RateCounter(rate, maxKeys)),
  ) as [RateCounter[], RateCounter[], RateCounter[]];
  /** Who has logged in or registered from where. */
  const familiar = new RecentMap<true>(maxKeys);
  const refusals = new LogLimit(log);

  function check(guess: Guess): void {
    const { network } = guess;
    const pair = pairOf(guess);
    const pairWaitMs = longestWait(pairs, pair);
    // Others behind the same address must not keep away who has been there before.
    const addressWaitMs = familiar.get(pair) ? 0 : longestWait(addresses, network);
    const retryAfterMs = Math.max(pairWaitMs, addressWaitMs);
    if (retryAfterMs === 0) return;
    const fields = { address: network, retryAfterMs, remedy };
    refusals.write('warn', {}, fields, 'passwords are not checked after too many wrong ones');
    const message = `Too many wrong passwords. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
    throw new PostedError('too_many_requests', message, { retryAfterMs });
  }

  return {
    check,
    begin(guess) {
      check(guess);
      const { user, network } = guess;
      const pair = pairOf(guess);
      const counting = users.filter((counter) => counter.take(user) === 0);
      const weight = counting.length < users.length && !familiar.get(pair) ? attackedWeight : 1;
      addTo(pairs, pair, weight);
      addTo(addresses, network, 1);
      return () => {
        addTo(pairs, pair, -weight);
        addTo(addresses, network, -1);
        addTo(counting, user, -1);
        familiar.set(pair, true);
      };
    },
    remember: (guess) => familiar.set(pairOf(guess), true),
  };
}

function pairOf({ user, network }: Guess): string {
  return `${user} ${network}`;
}

function longestWait(counters: readonly RateCounter[], key: string): number {
  return Math.max(0, ...counters.map((counter) => counter.waitOf(key)));
}

function addTo(counters: readonly RateCounter[], key: string, count: number): void {
  for (const counter of counters) counter.add(key, count);
}
