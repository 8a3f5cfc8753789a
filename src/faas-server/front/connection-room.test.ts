import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../test/helpers/inline-driver.ts';
import { echo, requestHead } from '../../../test/helpers/inline-functions.ts';
import { rawSocket, readAll, readUntil } from '../../../test/helpers/raw-http.ts';

const get = (name: string): string => `GET /default/${name} HTTP/1.1\r\nHost: x\r\n\r\n`;
const answered = /HTTP\/1\.1 200[\s\S]*GET \//;

suite('a server with room for three connections', () => {
  const limits = { connections: 3 };
  const several = async (front: FrontHarness, count: number): Promise<Socket[]> => {
    const sockets: Socket[] = [];
    // One after the other: which came first counts.
    for (let index = 0; index < count; index += 1) sockets.push(await rawSocket(front.port));
    return sockets;
  };

  test('the one that has said nothing for longest goes when another comes', async () => {
    await using front = await FrontHarness.start({ functions: { echo }, limits });
    const [first, second, third, fourth] = await several(front, 4);
    assert.ok(first && second && third && fourth);
    assert.equal(await readAll(first), '');
    for (const socket of [second, third, fourth]) {
      socket.write(get('echo'));
      await readUntil(socket, answered);
    }
    // `second` is the one that was served longest ago.
    const [fifth] = await several(front, 1);
    assert.equal(await readAll(second), '');
    for (const socket of [third, fourth, fifth]) socket?.destroy();
  });

  test('half a request makes room, too; one that is served keeps its place, and callers find none where all are', async () => {
    const release = Promise.withResolvers<void>();
    const slow: InlineFunction = async ({ socket, exit }) => {
      await requestHead(socket);
      await release.promise;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nGET /');
      exit({ code: 0 });
    };
    await using front = await FrontHarness.start({ functions: { slow }, limits });
    const [half, ...served] = await several(front, 3);
    half?.write('GET /default/slow HTTP/1.1\r\nX: ');
    for (const socket of served) socket.write(get('slow'));
    while (front.driver.alive.size < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const [third] = await several(front, 1);
    assert.ok(half && third);
    assert.equal(await readAll(half), '');
    third.write(get('slow'));
    while (front.driver.alive.size < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    const [late] = await several(front, 1);
    assert.ok(late);
    assert.equal(await readAll(late), '');
    const answers = [...served, third].map((socket) => readUntil(socket, answered));
    release.resolve();
    await Promise.all(answers);
    for (const socket of [...served, third]) socket.destroy();
  });
});
