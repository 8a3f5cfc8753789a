import { imageKind } from './image.ts';
import type { KindDefinition } from './kind.ts';

/** Every kind of ours: what has a CRD. */
export const kinds: readonly KindDefinition[] = [imageKind];
