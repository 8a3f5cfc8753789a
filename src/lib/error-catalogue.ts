interface ErrorEntry {
  /** HTTP status (RFC 9110) that a caller of a function sees. */
  readonly status: number;
  /** Exit code of a command-line program that fails with it. */
  readonly exit: number;
  /** Who must act: the caller of the function, its author, or whoever runs the platform. */
  readonly owner: 'caller' | 'author' | 'operator';
  /** Whether the same request can succeed later without a change. */
  readonly retry: boolean;
}

/** The closed list of what can go wrong. Codes are part of the interface: never rename one. */
export const errorCatalogue = {
  bad_request: { status: 400, exit: 2, owner: 'caller', retry: false },
  unauthorized: { status: 401, exit: 3, owner: 'operator', retry: false },
  forbidden: { status: 403, exit: 3, owner: 'operator', retry: false },
  not_found: { status: 404, exit: 4, owner: 'caller', retry: false },
  method_not_allowed: { status: 405, exit: 2, owner: 'caller', retry: false },
  timeout: { status: 408, exit: 5, owner: 'author', retry: true },
  conflict: { status: 409, exit: 6, owner: 'caller', retry: true },
  body_too_large: { status: 413, exit: 2, owner: 'caller', retry: false },
  uri_too_long: { status: 414, exit: 2, owner: 'caller', retry: false },
  expectation_failed: { status: 417, exit: 2, owner: 'caller', retry: false },
  invalid: { status: 422, exit: 2, owner: 'author', retry: false },
  too_many_requests: { status: 429, exit: 7, owner: 'caller', retry: true },
  headers_too_large: { status: 431, exit: 2, owner: 'caller', retry: false },
  caller_gone: { status: 499, exit: 8, owner: 'caller', retry: true },
  internal: { status: 500, exit: 1, owner: 'operator', retry: true },
  upgrade_refused: { status: 501, exit: 2, owner: 'caller', retry: false },
  crashed: { status: 502, exit: 9, owner: 'author', retry: false },
  bad_response: { status: 502, exit: 9, owner: 'author', retry: false },
  out_of_memory: { status: 502, exit: 9, owner: 'author', retry: false },
  response_too_large: { status: 502, exit: 9, owner: 'author', retry: false },
  start_failed: { status: 502, exit: 9, owner: 'author', retry: true },
  not_ready: { status: 503, exit: 10, owner: 'operator', retry: true },
  draining: { status: 503, exit: 10, owner: 'operator', retry: true },
  disk_full: { status: 507, exit: 11, owner: 'operator', retry: true },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
