import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { parseBrokerUrl } from 'posted/log';
import type { OriginPolicy } from 'posted/server';
import { minSecretBytes, publicKey, secretKey, type TokenKey } from '../auth/keys.ts';
import { quote } from './quote.ts';
import { SecretUrl } from './secret-url.ts';
import { readTextFile } from './text-file.ts';

/** What a setting may be, and how its text is read. */
export interface Kind<Value> {
  /** What is allowed, as the help and the mistakes say it. */
  readonly allowed: string;
  /** What a config file may hold instead of a text. */
  readonly json?: 'number' | 'array';
  /** @throws Error that says what is wrong, and never quotes a secret. */
  parse(text: string): Value;
}

export function integer(min: number, max: number, meaningOfZero?: string): Kind<number> {
  return {
    allowed: `a whole number from ${min} to ${max}${meaningOfZero === undefined ? '' : `; 0 ${meaningOfZero}`}`,
    json: 'number',
    parse(text) {
      const value = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw notAllowed(text);
    },
  };
}

/** How many processes; `auto` for as many as the machine can run at a time. */
export const processCount: Kind<number> = {
  allowed: 'a whole number from 1 to 1024; auto for one a core',
  json: 'number',
  parse: (text) => (text === 'auto' ? availableParallelism() : integer(1, 1024).parse(text)),
};

export function choice<const Value extends string>(values: readonly Value[]): Kind<Value> {
  return {
    allowed: values.join(', '),
    parse(text) {
      const value = values.find((known) => known === text);
      if (value !== undefined) return value;
      throw notAllowed(text);
    },
  };
}

export const anyText: Kind<string> = {
  allowed: 'any text',
  parse(text) {
    if (text !== '' && !text.includes('\0')) return text;
    throw notAllowed(text);
  },
};

export const host: Kind<string> = {
  allowed: 'an IP address or a host name',
  parse(text) {
    if (isIP(text) !== 0 || /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text)) return text;
    throw notAllowed(text);
  },
};

export const mode: Kind<boolean> = {
  allowed: 'production, development, test',
  parse: (text) => choice(['production', 'development', 'test']).parse(text) === 'production',
};

export const origins: Kind<OriginPolicy> = {
  allowed: 'origins such as https://example.com, with commas between them; or same-origin; or * for any',
  json: 'array',
  parse(text) {
    if (text === '*') return Object.freeze({ kind: 'any' });
    if (text === 'same-origin') return Object.freeze({ kind: 'same-origin' });
    const list = text.split(',').map((origin) => origin.trim());
    const wrong = list.find((origin) => serializedOrigin(origin) !== origin);
    if (wrong !== undefined) throw notAllowed(wrong);
    return Object.freeze({ kind: 'list', origins: Object.freeze([...new Set(list)]) });
  },
};

/**
 * As browsers write it: no path, no default port, the host in lower case and ASCII. For the schemes of
 * apps (`capacitor://localhost`) the URL standard has no such form: they are taken as they are.
 */
function serializedOrigin(text: string): string | undefined {
  const origin = URL.parse(text)?.origin;
  if (origin === 'null') return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d+)?$/.test(text) ? text : undefined;
  return /^https?:/.test(text) ? origin : undefined;
}

export const tokenSecret: Kind<TokenKey> = {
  allowed: `a text of at least ${minSecretBytes} bytes`,
  parse: secretKey,
};

export const tokenPublicKey: Kind<TokenKey> = {
  allowed: 'a public key in PEM, RSA of at least 2048 bits or P-256, or the path of one',
  parse(text) {
    // Where a variable cannot hold line breaks, people write \n for them.
    return publicKey(text.includes('-----BEGIN ') ? text.replaceAll('\\n', '\n') : readTextFile(text));
  },
};

/** A URL of one of the schemes, which may hold a password. */
export function secretUrl(schemes: readonly string[], example: string): Kind<SecretUrl> {
  return {
    allowed: `a URL such as ${example}; what is reserved in a password is written as %XX`,
    parse(text) {
      if (!schemes.some((scheme) => text.startsWith(`${scheme}://`))) {
        throw new Error(
          `the text does not begin with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
        );
      }
      // Without a host in it, as for a socket in the file system, the standard does not take it for a URL.
      if (!URL.canParse(text.replace('@/', '@localhost/'))) throw new Error('the text is not a URL');
      return new SecretUrl(text);
    },
  };
}

export const brokerUrl: Kind<SecretUrl> = {
  allowed:
    'a URL such as redis://:password@host:6379, amqp://user:password@host:5672, kafka://host:9092 or nats://host:4222; what is reserved in a password is written as %XX',
  parse(text) {
    parseBrokerUrl(text);
    return new SecretUrl(text);
  },
};

/** Not for kinds that hold secrets. */
function notAllowed(text: string): Error {
  return new Error(`${quote(text)} is not allowed`);
}
