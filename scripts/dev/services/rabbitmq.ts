import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSpec, TlsFiles } from './engine-spec.ts';
import { findProgram, isExecutable } from './find-program.ts';
import { freePort } from './free-port.ts';

/** Not the script on the PATH, which requires root and switches to another user. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server';

export const rabbitmq: EngineSpec = {
  name: 'rabbitmq',
  install: 'apt-get install rabbitmq-server',
  defaultPort: 5672,
  isInstalled: () => isExecutable(program) && findProgram('epmd') !== undefined,
  async prepare({ folder, host, port, user, password, tls }) {
    const epmdPort = String(await freePort());
    await writeFile(
      join(folder, 'rabbitmq.conf'),
      [
        `default_user = ${user}`,
        `default_pass = ${password}`,
        'vm_memory_high_watermark.absolute = 512MB',
        'disk_free_limit.absolute = 1MB',
        ...(tls === undefined ? [`listeners.tcp.1 = ${host}:${port}`] : tlsSettings(`${host}:${port}`, tls)),
      ].join('\n'),
    );
    await writeFile(join(folder, 'enabled_plugins'), '[].\n');
    const env = {
      // Erlang stores its cookie there.
      HOME: folder,
      // Erlang's node registry: without a port of its own, it would be started for the whole machine and stay.
      ERL_EPMD_PORT: epmdPort,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `posted-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(await freePort()),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_LOGS: '-',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
    };
    return [
      { program: 'epmd', args: ['-port', epmdPort, '-address', '127.0.0.1'], env },
      { program, args: [], env },
    ];
  },
  urlOf: ({ host, port, user, password, tls }) =>
    `${tls === undefined ? 'amqp' : 'amqps'}://${user}:${password}@${host}:${port}`,
};

function tlsSettings(address: string, { certificate, key }: TlsFiles): readonly string[] {
  return [
    'listeners.tcp = none',
    `listeners.ssl.1 = ${address}`,
    `ssl_options.certfile = ${certificate}`,
    `ssl_options.keyfile = ${key}`,
    // Required, although no client certificates are requested.
    `ssl_options.cacertfile = ${certificate}`,
  ];
}
