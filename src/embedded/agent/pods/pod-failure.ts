/** Kubernetes' words for why a container does not run yet. */
export type WaitingReason =
  | 'CreateContainerConfigError'
  | 'InvalidImageName'
  | 'ErrImagePull'
  | 'CreateContainerError';

/** What keeps a container from starting; it is tried again after a while, as the world may change. */
export class PodFailure extends Error {
  readonly reason: WaitingReason;

  constructor(reason: WaitingReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'PodFailure';
    this.reason = reason;
  }
}

export function configError(message: string): PodFailure {
  return new PodFailure('CreateContainerConfigError', message);
}
