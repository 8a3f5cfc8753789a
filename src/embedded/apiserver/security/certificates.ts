import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { openssl } from './openssl.ts';

export interface ServingCertificate {
  /** PEM texts. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const days = '3650';
const renewBefore = 365 * 24 * 3600 * 1000;
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const extensions = `subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
basicConstraints=critical,CA:FALSE
`;

/**
 * The certificate authority and serving certificate of this instance, made at the first start and again in their last year.
 * They are made in a folder that is renamed when complete, so a crash leaves none or both.
 */
export async function servingCertificate(dataDir: string, clock: Clock): Promise<ServingCertificate> {
  const folder = join(dataDir, 'pki');
  sweep(dataDir);
  if (!isUsable(folder, clock)) await make(dataDir, folder);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { ca: read('ca.crt'), certificate: read('server.crt'), key: read('server.key') };
}

function sweep(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('pki.new-')) rmSync(join(dataDir, name), { recursive: true });
  }
}

function isUsable(folder: string, clock: Clock): boolean {
  const file = join(folder, 'server.crt');
  if (!existsSync(file)) return false;
  return new X509Certificate(readFileSync(file)).validToDate.getTime() - clock.now() > renewBefore;
}

async function make(dataDir: string, folder: string): Promise<void> {
  const work = mkdtempSync(join(dataDir, 'pki.new-'));
  await openssl(
    [
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      days,
      '-subj',
      '/CN=kontain-embedded-ca',
    ],
    work,
  );
  await openssl(
    ['req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=kontain-embedded-api'],
    work,
  );
  writeFileSync(join(work, 'extensions'), extensions);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  await openssl(
    [
      'x509',
      '-req',
      '-in',
      'server.csr',
      ...authority,
      '-days',
      days,
      '-extfile',
      'extensions',
      '-out',
      'server.crt',
    ],
    work,
  );
  // The authority signs once; a key that does not exist cannot be stolen.
  for (const name of ['ca.key', 'ca.srl', 'server.csr', 'extensions'])
    rmSync(join(work, name), { force: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
}
