import * as z from 'zod';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { nearestWord } from '../../lib/nearest-word.ts';
import { yaml } from '../../lib/yaml.ts';
import { parseDuration } from '../duration.ts';
import { parseBytes } from '../quantity.ts';
import { defaultRuntimeRegistry, defaultRuntimes } from './default-runtimes.ts';
import { parseRuntimeImages, type Runtime } from './runtime-images.ts';

/** What the ConfigMap `kubeless-config` says, with defaults for what it leaves out. */
export interface KubelessConfig {
  /** The only namespace that is watched; all without it. */
  functionsNamespace: string | undefined;
  /** apps/v1 Deployment, in parts, merged under each function's `spec.deployment`. */
  deployment: Readonly<Record<string, unknown>>;
  runtimes: readonly Runtime[];
  /** `host/path` under which the images of functions are; without it the Secret of the namespace says. */
  functionRegistry: string | undefined;
  registryTlsVerify: boolean;
  /** PEM. */
  registryCertificateAuthority: string | undefined;
  provisionImage: string;
  builderImage: string;
  /** Names of pull secrets of those two. */
  buildImageSecrets: readonly string[];
  /** Build Jobs at a time. */
  buildConcurrency: number;
  buildTimeoutMs: number;
  /** Largest source that the function-controller takes for the registry. */
  sourceLimitBytes: number;
  /** Hosts of HTTPTriggers that several namespaces may have paths of; any other belongs to the first one. */
  sharedHosts: readonly string[];
  /** Where callers find the functions, by their paths: `http://host:port`. */
  functionsUrl: string | undefined;
  /** Where the functions' Services lead. */
  dataPlane: {
    namespace: string | undefined;
    service: string;
    selector: Readonly<Record<string, string>>;
    /** Where the platform's own programs call functions, if not at that Service. */
    url: string | undefined;
  };
}

const count = z
  .string()
  .regex(/^[1-9][0-9]{0,5}$/, 'write a whole number from 1')
  .transform(Number);
const flag = z.string().transform((value) => value !== 'false');
const name = z.string().trim();
const optionalName = name.optional().transform((value) => (value === '' ? undefined : value));
const registryPrefix = z
  .string()
  .trim()
  .regex(
    /^(docker:\/\/)?[^/\s]+(\/[^/\s]+)*\/?$/,
    'write a registry and a path, such as registry.example.com/functions',
  )
  .transform((value) => value.replace(/^docker:\/\//, '').replace(/\/$/, ''));

const origin = z
  .string()
  .trim()
  .regex(/^https?:\/\/[^/\s?#@]+\/?$/, 'write scheme, host and port, such as http://127.0.0.1:8080')
  .transform((value) => value.replace(/\/$/, ''));

/** Keys of Kubeless, then ours. Others are taken, and told of: a mistake in one name does not stop what works. */
const dataSchema = z.object({
  'functions-namespace': optionalName,
  deployment: z.string().default('{}').transform(parseDeployment),
  'runtime-images': z.string().optional(),
  'function-registry-tls-verify': flag.default(true),
  'provision-image': name.default('docker.io/kontain/unzip'),
  'provision-image-secret': optionalName,
  'builder-image': name.default('docker.io/kontain/function-image-builder'),
  'builder-image-secret': optionalName,
  'function-registry': registryPrefix.optional(),
  'runtime-registry': registryPrefix.default(defaultRuntimeRegistry),
  'registry-certificate-authority': z.string().optional(),
  'build-concurrency': count.default(4),
  'build-timeout': z.string().default('15m').transform(parseDuration),
  'source-limit': z.string().default('256Mi').transform(parseBytes),
  'shared-hosts': z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((host) => host !== ''),
    ),
  'functions-url': optionalName,
  'data-plane-namespace': optionalName,
  'data-plane-service': name.default('kontain-faas-server'),
  'data-plane-url': origin.optional(),
  'data-plane-selector': z.string().default('kontain=faas-server').transform(parseSelector),
});

/** Keys of Kubeless that nothing reads any more. */
const unused = ['enable-build-step', 'ingress-enabled', 'service-type'];
const knownKeys = [...Object.keys(dataSchema.shape), ...unused];

/** A sentence for each key of the ConfigMap's `data` that nothing reads, which is most often a mistake in a name. */
export function unknownConfigKeys(data: Readonly<Record<string, string>> = {}): string[] {
  const unknown = Object.keys(data).filter((key) => !knownKeys.includes(key));
  return unknown.map((key) => {
    const nearest = nearestWord(key, knownKeys);
    return `${key} is no key of kubeless-config and has no effect${nearest === undefined ? '' : `: did you mean ${nearest}?`}`;
  });
}

/** The ConfigMap's `data`. Throws `invalid` with the key and what to write there. */
export function parseKubelessConfig(data: Readonly<Record<string, string>> = {}): KubelessConfig {
  const result = parsed(data);
  const images = result['runtime-images'];
  const secrets = [result['provision-image-secret'], result['builder-image-secret']];
  return {
    functionsNamespace: result['functions-namespace'],
    deployment: result.deployment,
    runtimes: images === undefined ? defaultRuntimes(result['runtime-registry']) : parseRuntimeImages(images),
    functionRegistry: result['function-registry'],
    registryTlsVerify: result['function-registry-tls-verify'],
    registryCertificateAuthority: result['registry-certificate-authority'],
    provisionImage: result['provision-image'],
    builderImage: result['builder-image'],
    buildImageSecrets: [...new Set(secrets.filter((secret) => secret !== undefined))],
    buildConcurrency: result['build-concurrency'],
    buildTimeoutMs: result['build-timeout'],
    sourceLimitBytes: result['source-limit'],
    sharedHosts: result['shared-hosts'],
    functionsUrl: result['functions-url'],
    dataPlane: {
      namespace: result['data-plane-namespace'],
      service: result['data-plane-service'],
      selector: result['data-plane-selector'],
      url: result['data-plane-url'],
    },
  };
}

function parsed(data: Readonly<Record<string, string>>): z.infer<typeof dataSchema> {
  try {
    const result = dataSchema.safeParse(data);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new PlatformError('invalid', `${String(issue?.path[0])}: ${issue?.message}.`);
  } catch (error) {
    throw new PlatformError(
      'invalid',
      `The ConfigMap kubeless-config cannot be used: ${errorMessage(error)}`,
      {
        cause: error,
        hint: 'Correct it with kubectl edit; it is read again at once.',
      },
    );
  }
}

function parseDeployment(text: string): Record<string, unknown> {
  const value = parseYaml(text);
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PlatformError('invalid', 'deployment: write the parts of a Deployment as YAML, or {}.');
}

function parseYaml(text: string): unknown {
  try {
    return yaml().parse(text, { maxAliasCount: 100, logLevel: 'error' }) as unknown;
  } catch (error) {
    throw new PlatformError('invalid', `deployment: ${errorMessage(error).split('\n', 1)[0]}`, {
      cause: error,
    });
  }
}

function parseSelector(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('=', 2).map((part) => part.trim()));
  if (pairs.every(([key = '', value]) => key !== '' && value !== undefined))
    return Object.fromEntries(pairs) as Record<string, string>;
  throw new PlatformError('invalid', 'data-plane-selector: write labels such as kontain=faas-server.');
}
