import type { EngineSpec } from './engine-spec.ts';
import { findProgram } from './find-program.ts';

export const nats: EngineSpec = {
  name: 'nats',
  install: 'apt-get install nats-server',
  defaultPort: 4222,
  isInstalled: () => findProgram('nats-server') !== undefined,
  async prepare({ host, port, user, password, tls }) {
    const args = ['--addr', host, '--port', String(port), '--user', user, '--pass', password];
    if (tls !== undefined) args.push('--tls', '--tlscert', tls.certificate, '--tlskey', tls.key);
    return [{ program: 'nats-server', args }];
  },
  urlOf: ({ host, port, user, password, tls }) =>
    `${tls === undefined ? 'nats' : 'tls'}://${user}:${password}@${host}:${port}`,
};
