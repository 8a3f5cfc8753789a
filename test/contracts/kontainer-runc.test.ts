import { kontainerDriverContract } from './kontainer/contract.ts';

for (const start of ['cold', 'prewarmed', 'template'] as const)
  kontainerDriverContract(`runc, ${start}`, { runtime: '/usr/sbin/runc', start });
