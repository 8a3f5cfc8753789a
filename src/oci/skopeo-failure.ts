import type { ErrorCode } from '../lib/error-catalogue.ts';
import { PlatformError } from '../lib/errors.ts';
import { ExecError } from '../lib/exec-error.ts';

interface Explanation {
  pattern: RegExp;
  code: ErrorCode;
  message: string;
  hint: string;
}

/** What skopeo prints, in the words of someone who deploys a function. The first that fits counts. */
const explanations: readonly Explanation[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'disk_full',
    message: 'The disk of the node is full.',
    hint: 'Free space on the node or give the platform a larger volume; it is tried again.',
  },
  {
    pattern: /file too large/i,
    code: 'invalid',
    message: 'A layer of the image is larger than this platform takes.',
    hint: 'Make the image smaller, or have the limits of the downloader raised.',
  },
  {
    pattern:
      /unauthorized|authentication required|access to the resource is denied|invalid username\/password|403 \(?forbidden/i,
    code: 'invalid',
    message: 'The registry refuses access to the image.',
    hint: 'Check the name, and give credentials in spec.imagePullSecrets.',
  },
  {
    pattern:
      /manifest unknown|name unknown|not found|no such file or directory|404 \(?not found|no descriptor found|no image found/i,
    code: 'invalid',
    message: 'The image does not exist.',
    hint: 'Check the name and tag in spec.image.',
  },
  {
    pattern: /signature|rejected by policy/i,
    code: 'invalid',
    message: 'The signature policy of the node does not allow the image.',
    hint: 'Sign the image, or have the policy changed.',
  },
  {
    pattern: /server gave HTTP response to HTTPS client/i,
    code: 'not_ready',
    message: 'The registry speaks plain HTTP.',
    hint: 'Serve it with TLS, or name it in the insecure registries of the downloader.',
  },
  {
    pattern: /x509|certificate/i,
    code: 'not_ready',
    message: 'The certificate of the registry is not trusted.',
    hint: 'Install its CA on the node, or name the registry in the insecure registries of the downloader.',
  },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|connection reset|EOF|5\d\d/i,
    code: 'not_ready',
    message: 'The registry cannot be reached.',
    hint: 'Check the registry in spec.image, and that the node reaches it; it is tried again.',
  },
];

/** Turns a failed run of skopeo into an error with a code; the last line it printed is kept in the message. */
export function skopeoFailure(error: unknown): unknown {
  if (!(error instanceof ExecError)) return error;
  const detail = lastLine(error.stderr);
  if (error.timedOut) return failure('not_ready', 'Fetching the image takes too long.', tryLater, error);
  const found = explanations.find(({ pattern }) => pattern.test(error.stderr));
  if (found !== undefined) return failure(found.code, `${found.message} (${detail})`, found.hint, error);
  const fallback = detail === '' ? error.message : detail;
  return failure('not_ready', `The image cannot be fetched: ${fallback}`, tryLater, error);
}

const tryLater = 'Check spec.image and the registry; it is tried again.';

function failure(code: ErrorCode, message: string, hint: string, cause: unknown): PlatformError {
  return new PlatformError(code, message, { hint, cause });
}

/** skopeo logs as logfmt; what it says is in `msg`. */
function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  const message = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? line;
  return message.slice(0, 500);
}
