import { isUtf8 } from 'node:buffer';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { parseDuration } from '../../api/duration.ts';
import type { Flag, Invocation } from '../command.ts';
import { connectionFlags, dryRunFlags } from '../common-flags.ts';
import { parseHeader } from '../function/call-headers.ts';
import { readBytes } from '../function/read-source.ts';
import { checkSchedule, checkTimeZone } from './schedule.ts';

export const cronJobTriggerFlags: readonly Flag[] = [
  { name: 'function', type: 'text', description: 'Function that is called.' },
  { name: 'schedule', type: 'text', description: 'When: "*/5 * * * *", or @hourly and the like.' },
  {
    name: 'payload',
    short: 'p',
    type: 'text',
    description: 'Body of the request, as JSON. Default: none, with GET.',
  },
  {
    name: 'payload-from-file',
    short: 'f',
    type: 'text',
    description: 'JSON file with the body: a path, a URL or - for standard input.',
  },
  { name: 'time-zone', type: 'text', description: 'Time zone of the schedule, such as Europe/Berlin.' },
  {
    name: 'header',
    short: 'H',
    type: 'text',
    repeatable: true,
    description: 'Header of the request: "Name: value".',
  },
  { name: 'timeout', type: 'text', description: 'A run that takes longer has failed.' },
  {
    name: 'concurrency-policy',
    type: 'text',
    choices: ['Allow', 'Forbid', 'Replace'],
    description: 'What happens when the run before is not over. Default: Allow.',
  },
  { name: 'suspend', type: 'switch', description: 'No runs begin.' },
  ...dryRunFlags,
  ...connectionFlags,
];

/** The fields of CronJobTrigger.spec that the flags ask for; what an empty text leaves out is `none`. Throws `bad_request`. */
export async function cronJobSpecFromFlags(
  invocation: Invocation,
  none?: null,
): Promise<Record<string, unknown>> {
  const { flags } = invocation;
  const [schedule, timeout] = [flags.text('schedule'), flags.text('timeout')];
  if (schedule !== undefined) checkSchedule(schedule);
  if (timeout !== undefined) checkTimeout(timeout);
  const timeZone = flags.text('time-zone');
  if (timeZone !== undefined) checkTimeZone(timeZone);
  const headers = flags
    .list('header')
    .filter((header) => header !== '')
    .map(parseHeader)
    .map(([name, value]) => ({ name, value }));
  const payload = await readPayload(invocation);
  const without = (flag: string): null | undefined => (flags.given(flag) ? none : undefined);
  const fields = {
    schedule,
    'function-name': flags.text('function'),
    timeZone: timeZone ?? without('time-zone'),
    timeout: timeout ?? without('timeout'),
    concurrencyPolicy: flags.text('concurrency-policy') ?? without('concurrency-policy'),
    suspend: flags.given('suspend') ? flags.on('suspend') : undefined,
    headers: headers.length === 0 ? without('header') : headers,
    payload: payload === undefined ? without('payload') : payload,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Of what is written only this is 0, and it would be refused as a whole. */
function checkTimeout(text: string): void {
  try {
    if (parseDuration(text) > 0) return;
  } catch {
    // said below
  }
  throw new PlatformError('bad_request', `--timeout must be more than 0, not "${text}"`, {
    hint: 'Write seconds (30) or a duration such as 500ms, 30s, 2m or 1h30m.',
  });
}

async function readPayload({ flags, io }: Invocation): Promise<unknown> {
  const [raw, file] = [flags.text('payload'), flags.text('payload-from-file')];
  if (raw !== undefined && file !== undefined)
    throw new PlatformError('bad_request', "You can't provide both raw payload and a payload file");
  if (file !== undefined) return parseJson(textOf(await readBytes(io, file), file), file);
  return raw === undefined ? undefined : parseJson(raw, '--payload');
}

/** Another encoding would reach the function with other characters than the file has. */
function textOf(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new PlatformError('bad_request', `${file} is no JSON: it is not text in UTF-8`);
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PlatformError('bad_request', `${source} is no JSON: ${errorMessage(error)}`, { cause: error });
  }
}
