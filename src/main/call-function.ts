import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { callFunction } from '../function-caller/call-function.ts';
import { parseCallerConfig, type CallerConfig } from '../function-caller/caller-config.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { reportFailure } from '../lib/termination-message.ts';

function payloadOf({ payload, payloadFile }: CallerConfig): Promise<Buffer | undefined> {
  if (payloadFile !== undefined) return readFile(payloadFile);
  return Promise.resolve(payload === undefined ? undefined : Buffer.from(payload));
}

async function run(args: readonly string[], eventId: string): Promise<void> {
  const config = parseCallerConfig(args);
  const body = await payloadOf(config);
  const { status, requestId = eventId, text } = await callFunction({ config, body, eventId, clock });
  console.log(text);
  console.error(`${config.host} answered ${status}, request id ${requestId}`);
}

const [, , ...args] = process.argv;
try {
  await run(args, process.env['POD_UID'] ?? randomUUID());
} catch (error) {
  process.exitCode = await reportFailure(args, error);
}
