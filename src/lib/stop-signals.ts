interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * Calls `stop` for the first SIGTERM or SIGINT and ignores the others, so that nothing cuts an orderly end short. They do
 * come in numbers: the kernel sends a parent-death signal (prctl(2)) once for each thread of the parent that dies, and a
 * terminal sends SIGINT to the whole process group.
 */
export function onStopSignal(process: SignalSource, stop: () => void): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (asked) return;
      asked = true;
      stop();
    });
}
