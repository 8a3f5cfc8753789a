import type { KubelessFunction } from '../api/function.ts';
import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { parseReference } from '../oci/reference.ts';
import { foreignRepository } from '../oci/repository-owner.ts';
import type { ContainerFields } from './container-fields.ts';
import { FunctionFailure, withReason } from './failure.ts';
import { imageReference } from './image-build/image-names.ts';

/**
 * Throws FunctionFailure where a Function names an image or a source of another namespace's functions: the platform would
 * fetch it with its own login, whoever asks.
 */
export async function refuseForeign(
  { metadata: { namespace }, spec }: KubelessFunction,
  { image }: Pick<ContainerFields, 'image'>,
  { functionRegistry }: Pick<KubelessConfig, 'functionRegistry'>,
): Promise<void> {
  const named = {
    'spec.source.oci': spec.source?.oci,
    'spec.image': spec.image,
    'the image of spec.deployment': image,
  };
  for (const [field, text] of Object.entries(named)) {
    if (text === undefined) continue;
    const reference = await withReason('InvalidSpec', async () => parseReference(imageReference(text)));
    const why = await withReason('InvalidConfiguration', async () =>
      foreignRepository(reference, { namespace, functionRegistry }),
    );
    if (why !== undefined)
      throw new FunctionFailure('InvalidSpec', `${field}: ${text} cannot be used: ${why}`, { retry: false });
  }
}
