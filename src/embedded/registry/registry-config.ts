export interface RegistryOptions {
  /** Folder of the blobs. */
  data: string;
  port: number;
  /** Whoever is not in this file gets nothing. */
  htpasswd: string;
}

/** Configuration file of the CNCF's registry (distribution, docs/configuration.md); JSON is YAML too. */
export function registryConfig({ data, port, htpasswd }: RegistryOptions): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    // What functions no longer use is deleted through the API; the space comes back by its garbage-collect.
    storage: {
      filesystem: { rootdirectory: data },
      delete: { enabled: true },
      maintenance: { uploadpurging: purging },
    },
    // Loopback only, and plain: it is for this machine. Whatever runs on it reaches loopback, so a login is needed.
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: 'kontain', path: htpasswd } },
  });
}

/** Of uploads that were cut: see sweep-uploads.ts, which is told when they are over by the last write. */
const purging = { enabled: false };
