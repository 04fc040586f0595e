import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineConfig, EngineSpec } from './engine-spec.ts';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

const pom = join(import.meta.dirname, 'kafka.pom.xml');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'posted');

/** A single node in KRaft mode, both broker and controller. */
export const kafka: EngineSpec = {
  name: 'kafka',
  install: 'apt-get install openjdk-17-jre-headless maven',
  defaultPort: 9092,
  isInstalled: () => findProgram('java') !== undefined && findProgram('mvn') !== undefined,
  async prepare(config) {
    const { folder, user, password } = config;
    const classpath = join(await fetchJars(), '*');
    const java = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classpath];
    const properties = join(folder, 'server.properties');
    await writeFile(properties, propertiesOf(config, await freePort(), await keystoreOf(config)));
    const scram = `SCRAM-SHA-256=[name=${user},password=${password}]`;
    await promisify(execFile)(
      'java',
      [...java, 'kafka.tools.StorageTool', 'format', '--config', properties]
        .concat(['--cluster-id', clusterId(), '--standalone'])
        .concat(['--add-scram', scram]),
    );
    return [{ program: 'java', args: [...java, 'kafka.Kafka', properties] }];
  },
  urlOf: ({ host, port, user, password, tls }) =>
    `kafka://${user}:${password}@${host}:${port}?sasl=scram-sha-256${tls === undefined ? '' : '&tls=true'}`,
};

/** 16 bytes in base64url. It must not start with "-", which Kafka's command would take for an option. */
function clusterId(): string {
  const id = randomBytes(16);
  id[0] = randomInt(0xf8);
  return id.toString('base64url');
}

/** Kafka requires the key and the certificate in one file. */
async function keystoreOf({ folder, tls }: EngineConfig): Promise<string | undefined> {
  if (tls === undefined) return undefined;
  const keystore = join(folder, 'keystore.pem');
  await writeFile(keystore, `${await readFile(tls.key, 'utf8')}${await readFile(tls.certificate, 'utf8')}`);
  return keystore;
}

function propertiesOf(
  { folder, host, port, user, password }: EngineConfig,
  controllerPort: number,
  keystore: string | undefined,
): string {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    listeners: `CLIENTS://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'listener.security.protocol.map': `CLIENTS:${keystore === undefined ? 'SASL_PLAINTEXT' : 'SASL_SSL'},CONTROLLER:PLAINTEXT`,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.clients.plain.sasl.jaas.config': `${plain} required username="${user}" password="${password}" user_${user}="${password}";`,
    'listener.name.clients.scram-sha-256.sasl.jaas.config': `${scram} required;`,
    ...(keystore === undefined
      ? {}
      : {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': keystore,
          'ssl.truststore.type': 'PEM',
          'ssl.truststore.location': keystore,
        }),
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'num.network.threads': 1,
    'num.io.threads': 2,
    'log.cleaner.enable': false,
    // After a kill, the node waits only for its own old session.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The folder of the jars, which are downloaded from Maven Central once per version. */
async function fetchJars(): Promise<string> {
  const [, version = ''] =
    /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(await readFile(pom, 'utf8')) ?? [];
  const folder = join(cache, `kafka-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'kafka-'));
  try {
    await promisify(execFile)(
      'mvn',
      ['--batch-mode', '--quiet', '--file', pom]
        .concat('org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies')
        .concat(['-DincludeScope=runtime', `-DoutputDirectory=${fresh}`]),
    );
    // If another process was first, its folder has the same content.
    await rename(fresh, folder).catch(() => {});
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}
