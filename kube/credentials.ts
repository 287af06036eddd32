import type { Agent } from 'node:http';

/** What a TLS connection to the API server needs; PEM. A new object means new connections. */
export interface TlsMaterial {
  ca?: string | Buffer | string[];
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** Who we are, for one request. */
export interface Credentials {
  /** Authorization and Impersonate-*; a list is sent as that many header lines. */
  headers: Record<string, string | string[]>;
  tls: TlsMaterial;
  /** Carries the requests instead of direct connections: a proxy's agent. */
  agent?: Agent;
}

/** Gives the credentials of the moment: re-read, renewed or asked for anew as their kind needs. */
export interface CredentialSource {
  current(): Promise<Credentials>;
  /** After a 401: what is remembered is no longer good. */
  forget(): void;
}

/** Where the API server is and how to be somebody there. */
export interface ClusterConfig {
  /** `https://host:port`, with a path when the API lies under one; no slash at the end. */
  server: string;
  /** Namespace of the context, `default` when it names none. */
  namespace: string;
  /** Name of the kubeconfig's context; absent in a pod. */
  context?: string;
  credentials: CredentialSource;
}
