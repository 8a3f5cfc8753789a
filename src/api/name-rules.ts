import type { Rule } from './schema-rules.ts';

interface Named {
  metadata: { name: string };
}

/** Of kinds whose name becomes a host name and a Service. */
export const hostNameRule: Rule<Named> = {
  cel: "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",
  holds: ({ metadata }) => /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(metadata.name),
  message:
    'metadata.name becomes a host name and a Service; write at most 63 lower case letters, digits and "-", a letter first',
};
