const kubeless = { group: 'kubeless.io', version: 'v1beta1', namespaced: true } as const;

// Apart from the schemas, which load zod: that alone is a third of the time that the command line may take to start.
export const functionAddress = { ...kubeless, plural: 'functions', kind: 'Function' } as const;
export const httpTriggerAddress = { ...kubeless, plural: 'httptriggers', kind: 'HTTPTrigger' } as const;
export const cronJobTriggerAddress = {
  ...kubeless,
  plural: 'cronjobtriggers',
  kind: 'CronJobTrigger',
} as const;

export const imageAddress = {
  group: 'build.kontain.app',
  version: 'v1',
  namespaced: true,
  plural: 'images',
  kind: 'Image',
} as const;
