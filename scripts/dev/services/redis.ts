import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSpec } from './engine-spec.ts';
import { findProgram } from './find-program.ts';

export const redis: EngineSpec = {
  name: 'redis',
  install: 'apt-get install redis-server',
  defaultPort: 6379,
  isInstalled: () => findProgram('redis-server') !== undefined,
  async prepare({ folder, host, port, user, password, tls }) {
    const file = join(folder, 'redis.conf');
    const settings = [
      ...(tls === undefined
        ? [`port ${port}`]
        : ['port 0', `tls-port ${port}`, `tls-cert-file ${tls.certificate}`, `tls-key-file ${tls.key}`]),
      'tls-auth-clients no',
      `bind ${host}`,
      `dir ${folder}`,
      'save ""',
      'user default off',
      `user ${user} on >${password} ~* &* +@all`,
    ];
    await writeFile(file, settings.join('\n'));
    return [{ program: 'redis-server', args: [file] }];
  },
  urlOf: ({ host, port, user, password, tls }) =>
    `${tls === undefined ? 'redis' : 'rediss'}://${user}:${password}@${host}:${port}`,
};
