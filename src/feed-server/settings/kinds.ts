import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { parseBrokerUrl } from 'posted/log';
import { type OriginPolicy, TrustedProxies } from 'posted/server';
import { parsePublicJwks, parseSecretJwks } from '../auth/jwk-set.ts';
import { minSecretBytes, publicKey, secretKey, type TokenKey } from '../auth/keys.ts';
import { quote, readTextFile } from './setting-text.ts';

/** The values that a setting allows, and the parser of its text. */
export interface Kind<Value> {
  /** The allowed values, as shown in the help and in errors. */
  readonly allowed: string;
  /** The JSON type that a config file may use instead of a string. */
  readonly json?: 'number' | 'array' | 'boolean';
  /** @throws Error that says what is wrong and never quotes a secret */
  parse(text: string): Value;
}

export function integer(min: number, max: number, meaningOfZero?: string): Kind<number> {
  return {
    allowed: `an integer from ${min} to ${max}${meaningOfZero === undefined ? '' : ` (0: ${meaningOfZero})`}`,
    json: 'number',
    parse(text) {
      const value = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw notAllowed(text);
    },
  };
}

/** As the option `metricsPort` of `listen`. */
export const metricsPort: Kind<number | 'same' | 'off'> = {
  allowed: 'an integer from 0 to 65535 (0: any free port, which is printed), same (on PORT), or off',
  json: 'number',
  parse: (text) => (text === 'same' || text === 'off' ? text : integer(0, 65_535).parse(text)),
};

export const networks: Kind<readonly string[]> = {
  allowed: 'a comma-separated list of addresses and networks such as 10.0.0.0/8, loopback, or private',
  json: 'array',
  parse(text) {
    const list = text.split(',').map((network) => network.trim());
    for (const network of list) {
      try {
        new TrustedProxies({ networks: [network] });
      } catch {
        throw notAllowed(network);
      }
    }
    return Object.freeze(list);
  },
};

/** A number of processes. */
export const processCount: Kind<number> = {
  allowed: 'an integer from 1 to 1024, or auto (one per core)',
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

export const flag: Kind<boolean> = {
  allowed: 'true, false',
  json: 'boolean',
  parse: (text) => choice(['true', 'false']).parse(text) === 'true',
};

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
  allowed: 'a comma-separated list of origins such as https://example.com, same-origin, or * (any origin)',
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
 * The origin as browsers send it: no path, no default port, and the host in lower-case ASCII. The URL
 * standard defines no origin for the schemes of apps (`capacitor://localhost`), which stay unchanged.
 */
function serializedOrigin(text: string): string | undefined {
  const origin = URL.parse(text)?.origin;
  if (origin === 'null') return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d+)?$/.test(text) ? text : undefined;
  return /^https?:/.test(text) ? origin : undefined;
}

export const tokenSecret: Kind<TokenKey> = {
  allowed: `text of at least ${minSecretBytes} bytes`,
  parse: secretKey,
};

export const tokenPublicKey: Kind<TokenKey> = {
  allowed: 'a PEM public key, RSA (at least 2048 bits) or P-256, or the path of its file',
  parse(text) {
    // Variables that cannot contain line breaks have \n instead.
    return publicKey(text.includes('-----BEGIN ') ? text.replaceAll('\\n', '\n') : readTextFile(text));
  },
};

/** The path of a file with secrets that was read successfully. */
export const secretKeysFile: Kind<string> = {
  allowed: `the path of a JWK Set with secrets of at least ${minSecretBytes} bytes: {"keys":[{"kty":"oct","kid":"…","k":"…"}]}`,
  parse(text) {
    parseSecretJwks(readTextFile(text));
    return text;
  },
};

/** Where the public keys of an issuer are. A file was read successfully. */
export type JwksSource = { readonly url: URL } | { readonly path: string };

export const jwksSource: Kind<JwksSource> = {
  allowed:
    'the https URL of a JWK Set with public keys, RSA (at least 2048 bits) or P-256, or the path of its file; http only to this machine',
  parse(text) {
    if (!/^https?:/i.test(text)) {
      parsePublicJwks(readTextFile(text));
      return Object.freeze({ path: text });
    }
    const url = URL.parse(text);
    if (url === null || url.username !== '' || url.password !== '')
      throw new Error('this is not a valid URL');
    if (url.protocol !== 'https:' && !isLoopback(url.hostname))
      throw new Error('the URL must start with https://');
    return Object.freeze({ url });
  },
};

/** Whether a host name of a URL is this machine. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/** A URL with one of the schemes, which may contain a password. */
export function secretUrl(schemes: readonly string[], example: string): Kind<SecretUrl> {
  return {
    allowed: `a URL such as ${example}, with reserved characters of the password percent-encoded`,
    parse(text) {
      if (!schemes.some((scheme) => text.startsWith(`${scheme}://`))) {
        throw new Error(`the URL must start with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
      }
      // The URL standard requires a host, which a URL for a Unix socket does not have.
      if (!URL.canParse(text.replace('@/', '@localhost/'))) throw new Error('this is not a valid URL');
      return new SecretUrl(text);
    },
  };
}

/** Keys by the names of those who have them. */
export const serverKeys: Kind<SecretKeys> = {
  allowed: 'a comma-separated list of name=key, with keys of at least 32 letters, digits and "-._~+/"',
  json: 'array',
  parse(text) {
    const keys = new Map<string, string>();
    for (const [index, entry] of text.split(',').entries()) {
      const [, name, key] = /^ *([A-Za-z0-9_-]{1,64})=([A-Za-z0-9._~+/-]{32,}=*) *$/.exec(entry) ?? [];
      if (name === undefined || key === undefined) throw new Error(`entry ${index + 1} is not allowed`);
      if (keys.has(name)) throw new Error(`the name ${quote(name)} occurs twice`);
      keys.set(name, key);
    }
    return new SecretKeys(keys);
  },
};

export const brokerUrl: Kind<SecretUrl> = {
  allowed:
    'a URL such as redis://:password@host:6379, amqp://user:password@host:5672, kafka://host:9092 or nats://host:4222, with reserved characters of the password percent-encoded',
  parse(text) {
    parseBrokerUrl(text);
    return new SecretUrl(text);
  },
};

/** A URL that may contain a password, which is not shown when it is printed, logged or serialized. */
export class SecretUrl {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    Object.freeze(this);
  }

  /** The complete URL, password included. */
  reveal(): string {
    return this.#text;
  }
}

/** Keys by name, which are not shown when they are printed, logged or serialized. */
export class SecretKeys {
  readonly #keys: ReadonlyMap<string, string>;

  constructor(keys: ReadonlyMap<string, string>) {
    this.#keys = keys;
    Object.freeze(this);
  }

  /** The keys by name. */
  reveal(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#keys);
  }
}

/** Not for settings that may be secret. */
function notAllowed(text: string): Error {
  return new Error(`${quote(text)} is not allowed`);
}
