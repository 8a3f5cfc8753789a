import * as z from 'zod';
import { withRules } from './schema-rules.ts';

// RE2 in the API server, JavaScript here: only what both read alike.
const transport = '^(docker://|oci:|oci-archive:|docker-archive:|dir:)';
const file = String.raw`^(oci|oci-archive|docker-archive|dir):/[^:\s]+( +[^:\s]+)*(:\S+)?$`;
const repository = '[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*';
const host = String.raw`(([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?/)?`;
const version = '(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?';
const registry = `^docker://${host}${repository}${version}$`;

const isTransport = new RegExp(transport);
const isFile = new RegExp(file);
const isRegistry = new RegExp(registry);

/** Where an image is, in the notation of skopeo(1). Which of the transports a node allows is its own decision. */
export const imageReferenceSchema = withRules(
  z.string().max(1024),
  'Where the image is, in the notation of skopeo: docker://registry/name:tag, docker://name@sha256:…, oci:/path:tag, oci-archive:/file, docker-archive:/file, dir:/path.',
  [
    {
      cel: matches(transport),
      holds: (text) => isTransport.test(text),
      message:
        'write the transport too, for example docker://docker.io/library/nginx:1.29 (others: oci:/path, oci-archive:/path, docker-archive:/path, dir:/path)',
    },
    {
      cel: `!${matches(transport)} || self.startsWith('docker:') || ${matches(file)}`,
      holds: (text) => !isTransport.test(text) || text.startsWith('docker:') || isFile.test(text),
      message: 'write an absolute path after the transport, for example oci:/images/hello:latest',
    },
    {
      cel: `!self.startsWith('docker:') || ${matches(registry)}`,
      holds: (text) => !text.startsWith('docker:') || isRegistry.test(text),
      message:
        'write docker://registry/name:tag or docker://registry/name@sha256:…; the name in lower case, a digest with 64 hex digits',
    },
  ],
);

function matches(pattern: string): string {
  return `self.matches(${JSON.stringify(pattern)})`;
}
