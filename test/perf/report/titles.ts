import type { Aspect } from '../measure/contender.ts';

export const titles: Readonly<Record<Aspect, string>> = {
  serial: 'serial, new connections',
  keepAlive: 'serial, keep-alive',
  paced: 'with pauses, new connections',
  client: 'by a client in Node.js',
  throughput: '8 callers',
  first: 'first call, idle',
};
