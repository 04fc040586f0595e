import jwt from 'jsonwebtoken';
import { jwtSecret } from './feed-server.ts';

/** A good token of a user who never registered: a token's issuer may be elsewhere. */
export function signToken(userId: string, options: jwt.SignOptions = {}): string {
  return jwt.sign({}, jwtSecret, { algorithm: 'HS256', subject: userId, expiresIn: 3600, ...options });
}
