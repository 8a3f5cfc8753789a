import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../kube/objects.ts';

/** As it stands in the file. */
interface Manifest extends KubeObject {
  metadata: KubeObject['metadata'] & { name: string };
  spec: { image: string };
}

export interface SampleImage extends Manifest {
  metadata: Manifest['metadata'] & { namespace: string };
  status?: {
    observedGeneration?: number;
    digest?: string;
    message?: string;
    conditions?: { type: string; status: string; reason: string; message: string }[];
  };
}

/** Holds the hash of the manifest that was applied last, so that what a user changed since stays. */
export const appliedAnnotation = 'kontain.app/applied-sample';

/**
 * The Image objects of a manifest file, ready to be sent: paths of layouts absolute, namespaces filled in. Images that were
 * not built are left out.
 */
export function readSamples(file: string, root: string): SampleImage[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document) => document.toJS() as Manifest,
  );
  return documents
    .filter(({ spec }) => existsSync(indexOf(spec.image, root)))
    .map((image) => complete(image, root));
}

function complete({ metadata, spec, ...rest }: Manifest, root: string): SampleImage {
  const image = `oci:${layoutOf(spec.image, root)}`;
  const index = readFileSync(indexOf(spec.image, root), 'utf8');
  const applied = createHash('sha256').update(JSON.stringify(spec)).update(image).update(index).digest('hex');
  const annotations = { ...metadata.annotations, [appliedAnnotation]: applied };
  return { ...rest, metadata: { namespace: 'default', ...metadata, annotations }, spec: { ...spec, image } };
}

function layoutOf(reference: string, root: string): string {
  return join(root, reference.replace(/^oci:/, ''));
}

function indexOf(reference: string, root: string): string {
  return join(layoutOf(reference, root), 'index.json');
}
