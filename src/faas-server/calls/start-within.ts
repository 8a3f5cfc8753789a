import type { Kontainer, StartOptions, Template } from '../../kontainer/kontainer.ts';

/**
 * Starts a Kontainer, but never waits past the signal, whatever the Template does with it. One that comes later is killed.
 * Rejects with what the start failed with, or the signal's reason.
 */
export async function startWithin(template: Template, options: StartOptions): Promise<Kontainer> {
  const { signal } = options;
  signal.throwIfAborted();
  const starting = template.start(options);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const kontainer = await Promise.race([starting, aborted]);
    if (!signal.aborted) return kontainer;
    throw signal.reason;
  } catch (error) {
    starting.then(
      (late) => late.kill('timeout'),
      () => undefined,
    );
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
