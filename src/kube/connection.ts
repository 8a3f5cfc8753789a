/** Where an API server is and how to prove who we are. Plain data; made by kubeconfig.ts or in-cluster.ts. */
export interface KubeConnection {
  /** `https://host:port` or `http://…`, perhaps with a path, no slash at the end. */
  readonly server: string;
  /** Namespace of the context, `default` if it names none. */
  readonly namespace: string;
  readonly tls: KubeTls;
  readonly credential: BearerCredential;
}

/** PEM texts. */
export interface KubeTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Checked against the server's certificate instead of the host name. */
  readonly serverName?: string;
  readonly insecure: boolean;
}

export type BearerCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  /** Read again as it rotates. */
  | { readonly kind: 'tokenFile'; readonly path: string };
