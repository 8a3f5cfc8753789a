import { join } from 'node:path';
import { readFile, stat } from 'node:fs/promises';
import { parseManifest } from '../oci/image-documents.ts';
import { digestHex } from '../oci/paths.ts';
import type { RegistryReference } from '../oci/reference.ts';
import type { ImageDocuments } from './layered-image.ts';
import { repositoryPath, type RegistrySession } from './registry-session.ts';
import type { MessageBody } from './registry-socket.ts';

const maxReadBytes = 1024 * 1024;

export interface DirectPush {
  documents: ImageDocuments;
  target: RegistryReference;
  /** Folder of the blobs that are here. */
  blobs: string;
  /** Repositories of the same registry that have the others, by digest. */
  mounts: ReadonlyMap<string, string>;
}

/**
 * Pushes an image as the distribution specification has it ("Pushing a manifest", "Mounting a blob from another
 * repository"). Only saves time: false where the registry does not do as asked, and skopeo pushes it.
 */
export async function pushDirectly(push: DirectPush, session: RegistrySession): Promise<boolean> {
  const { documents, target, blobs, mounts } = push;
  const { layers, config } = parseManifest(documents.manifest);
  const tasks = layers.map(({ digest }) => {
    const from = mounts.get(digest);
    return from === undefined ? upload(digest, join(blobs, digestHex(digest))) : mount(digest, from);
  });
  tasks.push(upload(config.digest, documents.config));
  const done = await Promise.all(tasks.map((task) => task(target, session).catch(() => false)));
  return done.every(Boolean) && (await putManifest(documents, target, session));
}

type Task = (target: RegistryReference, session: RegistrySession) => Promise<boolean>;

function mount(digest: string, from: string): Task {
  return async (target, session) => {
    if (from === target.repository) return true;
    const query = new URLSearchParams({ mount: digest, from });
    const path = `${repositoryPath(target)}/blobs/uploads/?${query.toString()}`;
    const { status, location } = await session.send({ method: 'POST', path });
    // 202: it did not mount but began an upload, which nobody will finish.
    if (status === 202 && location !== undefined) await session.send({ method: 'DELETE', path: location });
    return status === 201;
  };
}

function upload(digest: string, content: string | Buffer): Task {
  return async (target, session) => {
    const begin = await session.send({ method: 'POST', path: `${repositoryPath(target)}/blobs/uploads/` });
    if (begin.status !== 202 || begin.location === undefined) return false;
    const separator = begin.location.includes('?') ? '&' : '?';
    const body = Buffer.isBuffer(content) ? content : await bodyOf(content);
    const { status } = await session.send({
      method: 'PUT',
      path: `${begin.location}${separator}digest=${encodeURIComponent(digest)}`,
      headers: { 'content-type': 'application/octet-stream' },
      body,
    });
    return status === 201;
  };
}

/** A stream takes longer to load than a small layer to be read. */
async function bodyOf(file: string): Promise<MessageBody> {
  const { size } = await stat(file);
  return size <= maxReadBytes ? await readFile(file) : { file, size };
}

async function putManifest(
  { manifest, digest }: ImageDocuments,
  target: RegistryReference,
  session: RegistrySession,
): Promise<boolean> {
  const { mediaType = '' } = parseManifest(manifest);
  const { status } = await session.send({
    method: 'PUT',
    path: `${repositoryPath(target)}/manifests/${target.tag ?? digest}`,
    headers: { 'content-type': mediaType },
    body: manifest,
  });
  return status === 201;
}
