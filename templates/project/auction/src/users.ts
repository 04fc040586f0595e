/** The bidders: anybody who knows the password in .env, under any name. Replace this with your own users. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type BasicCredentials, PostedError, type Principal } from 'posted/server';

export function verifyLogin({ username, password }: BasicCredentials): Principal {
  const expected = process.env.AUCTION_PASSWORD ?? '';
  const isRight = expected !== '' && timingSafeEqual(digest(password), digest(expected));
  if (isRight && /^\w{1,20}$/.test(username)) return { id: username };
  throw new PostedError('unauthorized', 'The name (1 to 20 letters) or the password is not valid.');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
