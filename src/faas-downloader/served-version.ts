import * as z from 'zod';
import { readSource } from '../oci/bundle-publish.ts';
import { readCurrent } from '../oci/bundles.ts';
import { isBundleName, type BundleName } from '../oci/paths.ts';

const specSchema = z.object({ generation: z.number(), digest: z.string() });
const sourceSchema = z.object({ digest: z.string() });

/** What this node serves of a function now; null for nothing. */
export async function servedVersion(
  root: string,
  bundle: BundleName,
): Promise<{ generation: number; digest: string } | null> {
  const current = isBundleName(bundle) ? await readCurrent(root, bundle) : null;
  if (current === null) return null;
  const { generation, digest } = specSchema.parse(current.spec);
  const source = sourceSchema.safeParse(await readSource(root, bundle, current.version));
  return { generation, digest: source.success ? source.data.digest : digest };
}
