import type * as z from 'zod';
import type { Rule } from './schema-rules.ts';

/** Everything about one kind of ours: its CRD is generated from this, and programs validate objects with it. */
export interface KindDefinition<S extends z.ZodObject = z.ZodObject> {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  /** The whole object: apiVersion, kind, metadata, spec, status. */
  schema: S;
  /** About the object as a whole; may read `self.metadata.name`. */
  rules: readonly Rule<z.infer<S>>[];
  columns: readonly PrinterColumn[];
}

/** What `kubectl get` shows. Those of priority 1 only with `-o wide`. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  description?: string;
  priority?: 0 | 1;
}
