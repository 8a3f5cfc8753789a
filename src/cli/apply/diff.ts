import type { StoredFunction } from '../../api/function.ts';
import { apply as applyObject, type Applied } from '../../kube/apply.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import type { Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import type { Io } from '../io.ts';
import { functions } from '../resources.ts';
import { fileFlag, readFunctionsFile } from './functions-file.ts';
import { inParallel } from './in-parallel.ts';
import { lineDiff } from './line-diff.ts';
import { shownFields } from './shown-fields.ts';

const parallel = 16;

export const diff: Command = {
  arguments: [],
  flags: [
    fileFlag,
    { name: 'exit-code', type: 'switch', description: 'End with 1 where something would change.' },
    ...connectionFlags,
  ],
  description: 'Shows what "kubeless apply" would change, as the API server would store it. Changes nothing.',
  async run(invocation) {
    const { flags, io, session } = invocation;
    const client = await session.client();
    const wanted = await readFunctionsFile(invocation, true);
    const { stringify } = await import('yaml');
    const changes = await inParallel(wanted, parallel, async (object) => {
      const { before, object: after } = await wouldBe(client, object);
      const text = (item: StoredFunction | undefined): string =>
        item === undefined
          ? ''
          : stringify(shownFields(item), { aliasDuplicateObjects: false, lineWidth: 0 });
      return { name: object.metadata.name ?? '', lines: lineDiff(text(before), text(after)) };
    });
    const changed = changes.filter(({ lines }) => lines.length > 0);
    for (const { name, lines } of changed) io.stdout.write(`function ${name}\n${coloured(lines, io)}`);
    return changed.length > 0 && flags.on('exit-code') ? 1 : 0;
  },
};

async function wouldBe(client: KubeClient, object: StoredFunction): Promise<Applied<StoredFunction>> {
  const dryRun = true;
  return applyObject(
    {
      get: (resource, ref) => client.get(resource, ref),
      create: (resource, wanted) => client.create(resource, wanted, { dryRun }),
      mergePatch: (resource, ref, patch, options) =>
        client.mergePatch(resource, ref, patch, { ...options, dryRun }),
    },
    functions,
    object,
  );
}

function coloured(lines: readonly string[], { stdout }: Pick<Io, 'stdout'>): string {
  const colours: Readonly<Record<string, number>> = { '+': 32, '-': 31 };
  const paint = (line: string): string => {
    const colour = colours[line[0] ?? ''];
    return stdout.isTTY !== true || colour === undefined ? line : `\x1b[${colour}m${line}\x1b[0m`;
  };
  return lines.map((line) => `${paint(line)}\n`).join('');
}
