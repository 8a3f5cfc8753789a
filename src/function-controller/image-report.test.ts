import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredImage } from '../api/image.ts';
import { imageReport } from './image-report.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const image = (reason?: string, status = 'False', observedGeneration = 2): StoredImage => {
  const condition = { type: 'Ready', status, reason, message: `it is ${reason}`, observedGeneration };
  const conditions = reason === undefined ? [] : [condition];
  const metadata = { namespace: 'n', name: 'hello', generation: 2 };
  return { metadata, status: { conditions, digest } } as unknown as StoredImage;
};
const said = (of: StoredImage, build?: string) => {
  const { reason, message } = imageReport(of, build);
  return `${reason}: ${message}`;
};

test('what the nodes do is told in their words once they are about the image of now', () => {
  assert.equal(said(image()), 'Pulling: The nodes fetch the image.');
  for (const reason of ['Ready', 'PullFailed', 'Pulling'])
    assert.equal(said(image(reason, 'True', 1)), 'Pulling: The nodes fetch the image.', `old: ${reason}`);
  assert.equal(said(image('Pulling')), 'Pulling: it is Pulling');
  assert.equal(said(image('Unpacking')), 'Pulling: it is Unpacking');
  assert.equal(said(image('PullFailed')), 'PullFailed: The nodes cannot serve the image: it is PullFailed');
});

test('what is ready is named by the build, or by what the nodes found', () => {
  const other = `sha256:${'2'.repeat(64)}`;
  assert.equal(said(image('Ready', 'True'), other), `Ready: Ready to be called: ${other}.`);
  assert.equal(said(image('Ready', 'True')), `Ready: Ready to be called: ${digest}.`);
});
