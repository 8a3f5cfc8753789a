import { kontainerDriverContract } from './kontainer/contract.ts';

for (const start of ['cold', 'prewarmed', 'template'] as const)
  kontainerDriverContract(`crun, ${start}`, { runtime: '/usr/bin/crun', start });
