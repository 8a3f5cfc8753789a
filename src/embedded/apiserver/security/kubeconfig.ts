import { writeFileAtomically } from './write-file.ts';

export interface KubeconfigOptions {
  readonly file: string;
  readonly url: string;
  /** PEM text. */
  readonly ca: string;
  readonly token: string;
}

/** Writes a kubeconfig that needs no other file. */
export function writeKubeconfig({ file, url, ca, token }: KubeconfigOptions): void {
  const name = 'kontain';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
  // Which is YAML, too: nobody who reads it has to load a parser.
  writeFileAtomically(file, `${JSON.stringify(config, null, 2)}\n`);
}
