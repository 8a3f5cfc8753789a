/** Where a function's files are in every container, and in its image. */
export const functionPath = '/kubeless';

export const sourcePath = '/src';

export const dependenciesPath = '/dependencies';

export const dockerConfigPath = '/docker';
