// A caller as people have it: Node's own client, one call after the other, each over a new connection. It prints a Sample.
// usage: client.mjs PORT SECONDS PATH...
import { get } from 'node:http';

const [port, seconds, ...paths] = process.argv.slice(2);
const sample = { elapsedMicros: 0, micros: [], errors: 0, firstError: '' };

const call = (path) =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`status ${response.statusCode}`));
      });
    }).on('error', reject);
  });

const begun = performance.now();
for (let n = 0, at = begun; at < begun + Number(seconds) * 1000; n += 1) {
  try {
    await call(paths[n % paths.length]);
    sample.micros.push(Math.round((performance.now() - at) * 1000));
  } catch (error) {
    sample.errors += 1;
    sample.firstError ||= String(error);
  }
  at = performance.now();
}
sample.elapsedMicros = Math.round((performance.now() - begun) * 1000);
process.stdout.write(`${JSON.stringify(sample)}\n`);
