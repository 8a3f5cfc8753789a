import type { CallObserver, FinishedCall } from '../calls/call-output.ts';

/** One flat JSON line per call, everything about it in one place; milliseconds with microsecond digits. */
export function accessLine({ namespace, name, record, kontainer }: FinishedCall): string {
  const line = {
    time: new Date(record.time).toISOString(),
    requestId: record.requestId,
    namespace,
    function: name,
    method: record.method,
    path: record.path,
    status: record.status,
    outcome: record.outcome,
    reason: record.reason,
    remote: record.remote,
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    firstByteMs: record.firstByteMs === null ? undefined : round(record.firstByteMs),
    totalMs: round(record.totalMs),
    ...(kontainer ? kontainerFields(kontainer) : {}),
  };
  return `${JSON.stringify(line)}\n`;
}

function kontainerFields({
  id,
  start,
  queueMs,
  startMs,
  exit,
}: NonNullable<FinishedCall['kontainer']>): object {
  return {
    kontainer: id,
    start,
    queueMs: round(queueMs),
    startMs: round(startMs),
    exitCode: exit.code,
    exitSignal: exit.signal,
    killed: exit.killed,
    cpuMs: exit.cpuMicros / 1000,
    memoryPeakBytes: exit.memoryPeakBytes,
  };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export function accessLog(lines: { write(line: string): void }): CallObserver {
  return (call) => lines.write(accessLine(call));
}
