import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { TlsFiles } from '../../../scripts/dev/services/engine-spec.ts';
import { findProgram } from '../../../scripts/dev/services/find-program.ts';

export const hasOpenssl: boolean = findProgram('openssl') !== undefined;

/** Makes a certificate of 127.0.0.1 that nobody has signed; its files go with the test. */
export async function makeCertificate(): Promise<TlsFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-tls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  await promisify(execFile)(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=posted test']
      .concat(['-addext', 'subjectAltName=IP:127.0.0.1'])
      .concat(['-keyout', files.key, '-out', files.certificate]),
  );
  return files;
}
