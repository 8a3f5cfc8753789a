import { NetworkError } from '../kube/network-error.ts';
import { KubeError } from '../kube/kube-error.ts';
import { errorCatalogue, type ErrorCode } from '../lib/error-catalogue.ts';
import type { PlatformError } from '../lib/errors.ts';

/** For what an API server refuses and says no more about. */
const ofCode: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'The credentials in the kubeconfig are not for this server, or are no longer valid.',
  forbidden: '"kubectl auth can-i --list" shows what you may do there; -n chooses another namespace.',
  not_found: 'Check the name, and the namespace: -n chooses it, "kubectl get namespaces" lists them.',
  conflict: 'Somebody else changed it at the same time: run the command again.',
  too_many_requests: 'Run the command again in a moment.',
  not_ready: 'Run the command again in a moment.',
};

/** What a reader can do; `path` is the command, where there is one. */
export function hintFor(error: PlatformError, path: string | undefined): string | undefined {
  if (error.hint !== undefined) return error.hint;
  if (error instanceof NetworkError)
    return 'Is the API server running? Its address is that of the kubeconfig: see --kubeconfig and --context.';
  const isWrongInput = errorCatalogue[error.code].exit === errorCatalogue.bad_request.exit;
  if (isWrongInput && path !== undefined) return `Run "kubeless ${path} --help" for what can be written.`;
  return error instanceof KubeError ? ofCode[error.code] : undefined;
}
