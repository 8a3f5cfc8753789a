import { Transform, type Duplex } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { firstBytes } from '../../lib/first-bytes.ts';

const chunkSize = 256 * 1024;

/** A fitting decompressor by the first bytes of a layer, as media types of real images are not always right. */
export async function decompressorFor(path: string): Promise<Duplex> {
  const magic = (await firstBytes(path, 4)).toString('hex');
  if (magic.startsWith('1f8b')) return createGunzip({ chunkSize });
  if (magic === '28b52ffd') return createZstdDecompress({ chunkSize, params: zstdLimits });
  return new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
}

/** At most 128 MiB of memory for the window, as zstd's own default; larger ones come from hostile or odd images. */
const zstdLimits = { [constants.ZSTD_d_windowLogMax]: 27 };
