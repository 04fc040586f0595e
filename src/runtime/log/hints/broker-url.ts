/** What BROKER_URL says, checked. */
export interface BrokerUrl {
  readonly engine: Engine;
  readonly isSecure: boolean;
  /** At least one. Several are of one cluster. */
  readonly hosts: readonly BrokerHost[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Of RabbitMQ. */
  readonly virtualHost: string;
  /** How Kafka is told the password; undefined where there is none. */
  readonly sasl: SaslMechanism | undefined;
  /** What the channel, exchange, topic or subject is called. */
  readonly topic: string;
  /** Without user and password: for people. */
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
 * Reads `scheme://user:password@host:port/path?topic=…`. Engines that run as clusters may have several hosts,
 * with commas between them.
 *
 * @throws Error that says what is wrong, and never quotes the user or the password
 */
export function parseBrokerUrl(text: string): BrokerUrl {
  const [, schemeName = '', userInfo, hostList = '', rest = ''] =
    /^([a-z]+):\/\/(?:([^@/?#]*)@)?([^@/?#]+)((?:\/[^?#]*)?(?:\?[^#]*)?)$/.exec(text) ?? [];
  const scheme = Object.hasOwn(schemes, schemeName) ? schemes[schemeName] : undefined;
  if (scheme === undefined) {
    if (schemeName === '') throw new Error('the text is not a URL such as redis://host:6379');
    throw new Error(`the URL begins with none of ${Object.keys(schemes).join('://, ')}://`);
  }
  // The parts that all engines have in common are read as the URL standard says.
  const { pathname, searchParams } = new URL(`http://host${rest}`);
  for (const name of searchParams.keys()) {
    if (scheme.parameters.includes(name)) continue;
    // Not quoted: what follows a ? may be the rest of a password.
    throw new Error(`a parameter after the ? is unknown: known are ${scheme.parameters.join(', ')}`);
  }
  const hosts = hostList.split(',').map((item) => readHost(item, scheme.port));
  if (hosts.length > 1 && !scheme.allowsHosts) throw new Error(`a ${schemeName}:// URL has one host`);
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
    throw new Error('a host is not a name or an address, perhaps with a port');
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    // The standard drops the port that is the default of the scheme: here 80 is like any other.
    port: Number(/:(\d+)$/.exec(item)?.[1] ?? defaultPort),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('the URL holds a % that is not written as %25');
  }
}

/** Redis' channels are the same in all of its databases: a number is allowed, and means nothing. */
function readPath(engine: Engine, pathname: string): string {
  const path = decode(pathname.slice(1));
  if (engine === 'rabbitmq') return path || '/';
  if (path === '' || (engine === 'redis' && /^\d+$/.test(path))) return '';
  throw new Error('the URL has a path, which means nothing to this engine');
}

function readTls(value: string | null): boolean {
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new Error('the parameter tls is neither true nor false');
}

function readSasl(value: string | null, hasUser: boolean): SaslMechanism | undefined {
  const names = saslMechanisms.map((name) => name.toLowerCase()).join(', ');
  if (!hasUser) {
    if (value === null) return undefined;
    throw new Error('the parameter sasl is there without a user and a password');
  }
  const mechanism = saslMechanisms.find((name) => name.toLowerCase() === value?.toLowerCase());
  if (mechanism !== undefined) return mechanism;
  throw new Error(`how Kafka is told the password is not said: the parameter sasl is one of ${names}`);
}

/** What all engines allow, NATS without wildcards included. */
function readTopic(value: string | null): string {
  if (value === null) return defaultTopic;
  if (/^[\w-]+(?:\.[\w-]+)*$/.test(value) && value.length <= 200) return value;
  throw new Error('the parameter topic is not made of letters, digits, _, - and single dots');
}
