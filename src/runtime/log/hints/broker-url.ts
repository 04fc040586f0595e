/** A parsed BROKER_URL. */
export interface BrokerUrl {
  readonly engine: Engine;
  readonly isSecure: boolean;
  /** At least one. Several hosts form one cluster. */
  readonly hosts: readonly BrokerHost[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Only for RabbitMQ. */
  readonly virtualHost: string;
  /** How Kafka checks the password; undefined if there is none. */
  readonly sasl: SaslMechanism | undefined;
  /** The name of the channel, exchange, topic or subject. */
  readonly topic: string;
  /** The URL without user and password, for people. */
  readonly name: string;
}

export type Engine = 'redis' | 'rabbitmq' | 'kafka' | 'nats';

export interface BrokerHost {
  readonly host: string;
  readonly port: number;
}

export type SaslMechanism = (typeof saslMechanisms)[number];

const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

interface Scheme {
  readonly engine: Engine;
  readonly isSecure: boolean;
  readonly port: number;
  readonly allowsHosts: boolean;
  readonly parameters: readonly string[];
}

const schemes: Readonly<Record<string, Scheme>> = {
  redis: { engine: 'redis', isSecure: false, port: 6379, allowsHosts: false, parameters: ['topic'] },
  rediss: { engine: 'redis', isSecure: true, port: 6379, allowsHosts: false, parameters: ['topic'] },
  amqp: { engine: 'rabbitmq', isSecure: false, port: 5672, allowsHosts: true, parameters: ['topic'] },
  amqps: { engine: 'rabbitmq', isSecure: true, port: 5671, allowsHosts: true, parameters: ['topic'] },
  kafka: {
    engine: 'kafka',
    isSecure: false,
    port: 9092,
    allowsHosts: true,
    parameters: ['topic', 'sasl', 'tls'],
  },
  nats: { engine: 'nats', isSecure: false, port: 4222, allowsHosts: true, parameters: ['topic'] },
  tls: { engine: 'nats', isSecure: true, port: 4222, allowsHosts: true, parameters: ['topic'] },
};

const defaultTopic = 'posted.hints';

/**
 * Parses `scheme://user:password@host:port/path?topic=…`. Engines that run as clusters may have several hosts,
 * separated by commas.
 *
 * @throws Error that says what is wrong and never quotes the user or the password
 */
export function parseBrokerUrl(text: string): BrokerUrl {
  const [, schemeName = '', userInfo, hostList = '', rest = ''] =
    /^([a-z]+):\/\/(?:([^@/?#]*)@)?([^@/?#]+)((?:\/[^?#]*)?(?:\?[^#]*)?)$/.exec(text) ?? [];
  const scheme = Object.hasOwn(schemes, schemeName) ? schemes[schemeName] : undefined;
  if (scheme === undefined) {
    if (schemeName === '') throw new Error('it must be a URL such as redis://host:6379');
    throw new Error(`the URL must start with one of ${Object.keys(schemes).join('://, ')}://`);
  }
  // The URL standard applies to the parts that all engines share.
  const { pathname, searchParams } = new URL(`http://host${rest}`);
  for (const name of searchParams.keys()) {
    if (scheme.parameters.includes(name)) continue;
    // Not quoted, because the text after a ? may be the rest of a password.
    throw new Error(`a parameter after the ? is unknown: use ${scheme.parameters.join(', ')}`);
  }
  const hosts = hostList.split(',').map((item) => readHost(item, scheme.port));
  if (hosts.length > 1 && !scheme.allowsHosts)
    throw new Error(`a ${schemeName}:// URL must have exactly one host`);
  const [username, password] = (userInfo?.split(/:(.*)/s) ?? []).map(decode);
  const isSecure = scheme.isSecure || readTls(searchParams.get('tls'));
  return {
    engine: scheme.engine,
    isSecure,
    hosts,
    username: username || undefined,
    password: password || undefined,
    virtualHost: readPath(scheme.engine, pathname),
    sasl: readSasl(searchParams.get('sasl'), userInfo !== undefined && scheme.engine === 'kafka'),
    topic: readTopic(searchParams.get('topic')),
    name: `${schemeName}://${hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')}`,
  };
}

function readHost(item: string, defaultPort: number): BrokerHost {
  const parsed = URL.parse(`http://${item}`);
  if (parsed === null || !/^(?:\[[^\]]+\]|[^:]+)(?::\d+)?$/.test(item)) {
    throw new Error('each host must be a name or an address, optionally with a port');
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    // Not `parsed.port`, because the URL standard drops http's default port.
    port: Number(/:(\d+)$/.exec(item)?.[1] ?? defaultPort),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('a % in the URL must be written as %25');
  }
}

/** Redis channels are independent of databases, so the number of a database is accepted and ignored. */
function readPath(engine: Engine, pathname: string): string {
  const path = decode(pathname.slice(1));
  if (engine === 'rabbitmq') return path || '/';
  if (path === '' || (engine === 'redis' && /^\d+$/.test(path))) return '';
  throw new Error('the URL must not have a path for this engine');
}

function readTls(value: string | null): boolean {
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new Error('the parameter tls must be true or false');
}

function readSasl(value: string | null, hasUser: boolean): SaslMechanism | undefined {
  const names = saslMechanisms.map((name) => name.toLowerCase()).join(', ');
  if (!hasUser) {
    if (value === null) return undefined;
    throw new Error('the parameter sasl requires a user and a password');
  }
  const mechanism = saslMechanisms.find((name) => name.toLowerCase() === value?.toLowerCase());
  if (mechanism !== undefined) return mechanism;
  throw new Error(`with a user, the parameter sasl must be one of ${names}`);
}

/** Accepts names that are valid for all engines, and without NATS's wildcards. */
function readTopic(value: string | null): string {
  if (value === null) return defaultTopic;
  if (/^[\w-]+(?:\.[\w-]+)*$/.test(value) && value.length <= 200) return value;
  throw new Error('the parameter topic must be up to 200 letters, digits, _, - and single dots');
}
