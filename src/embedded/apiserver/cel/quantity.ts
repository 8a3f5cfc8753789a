import { parseNanos } from '../../../api/quantity.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { CelError } from './values.ts';

/** Of Kubernetes' library of quantities, what compares: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
export class CelQuantity {
  readonly nanos: bigint;

  constructor(text: string) {
    try {
      this.nanos = parseNanos(text);
    } catch (error) {
      throw new CelError(errorMessage(error));
    }
  }
}
