import { exec } from '../../../src/lib/exec.ts';
import { sampleSchema, type Sample } from './sample.ts';

const longestMs = 120_000;
const maxOutputBytes = 256 * 1024 * 1024;

/** Runs a measuring program, which prints a Sample as its last line. */
export async function runTool([file = '', ...args]: readonly string[]): Promise<Sample> {
  const { stdout } = await exec(file, args, { timeoutMs: longestMs, maxOutputBytes });
  const line = stdout.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  return sampleSchema.parse(JSON.parse(line));
}
