import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  chain: string;
  key: string;
}

/** A certificate that vouches for itself, made by openssl; of a name, or of 127.0.0.1. */
export function makeCertificate(host: string, days = 2): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-certificate-'));
  try {
    const [chain, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const subject = [
      '-subj',
      `/CN=${host}`,
      '-addext',
      `subjectAltName=${isIPv4(host) ? 'IP' : 'DNS'}:${host}`,
    ];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const args = ['req', ...kind, '-days', String(days), ...subject, '-keyout', key, '-out', chain];
    execFileSync('openssl', args, { stdio: 'pipe' });
    return { chain: readFileSync(chain, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
