import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { signToken } from './tokens.ts';

function unsigned(header: object, payload: object): string {
  return [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** Invalid tokens of `userId`, by what is wrong with them. */
export function badTokens(userId: string): Readonly<Record<string, string>> {
  const soon = Math.floor(Date.now() / 1000) + 3600;
  const good = signToken(userId);
  const [header = '', , signature = ''] = good.split('.');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = Buffer.from(JSON.stringify({ sub: '00000000-0000-4000-8000-000000000000', exp: soon }));
  return {
    malformed: 'not.a.token',
    'cut short': good.slice(0, -10),
    expired: signToken(userId, { expiresIn: -10 }),
    'not valid yet': signToken(userId, { notBefore: 3600 }),
    'forged: another secret': jwt.sign({}, 'another secret of thirty-two bytes', {
      subject: userId,
      expiresIn: 3600,
    }),
    'forged: another payload': `${header}.${other.toString('base64url')}.${signature}`,
    'algorithm none': `${unsigned({ alg: 'none', typ: 'JWT' }, { sub: userId, exp: soon })}.`,
    'algorithm none, in mixed case': `${unsigned({ alg: 'nOnE', typ: 'JWT' }, { sub: userId, exp: soon })}.`,
    'wrong algorithm: HS512': signToken(userId, { algorithm: 'HS512' }),
    'wrong algorithm: RS256': jwt.sign({}, privateKey, {
      algorithm: 'RS256',
      subject: userId,
      expiresIn: 3600,
    }),
    'wrong algorithm, with an unrelated signature': (() => {
      const text = unsigned({ alg: 'RS256', typ: 'JWT' }, { sub: userId, exp: soon });
      return `${text}.${createHmac('sha256', 'x').update(text).digest('base64url')}`;
    })(),
    'without a subject': jwt.sign({}, 'a secret for tests, 32 bytes or more', { expiresIn: 3600 }),
    'a subject that is not a user id': signToken('admin'),
  };
}
