// serial-client PORT SECONDS PATH...: what a service written in Node.js sees that calls the paths in turn,
// one call after the other over new connections; prints a Sample.
import { request } from 'node:http';

const [port, seconds, ...paths] = process.argv.slice(2);

function call(path) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.on('error', reject).on('end', resolve).resume();
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
    });
    sent.on('error', reject).end();
  });
}

const micros = [];
const begun = performance.now();
let errors = 0;
let firstError = '';
for (let at = begun; at - begun < Number(seconds) * 1000; at = performance.now()) {
  try {
    await call(paths[micros.length % paths.length]);
    micros.push(Math.round((performance.now() - at) * 1000));
  } catch (error) {
    errors += 1;
    firstError ||= error.message;
  }
}
const elapsedMicros = Math.round((performance.now() - begun) * 1000);
process.stdout.write(`${JSON.stringify({ elapsedMicros, micros, errors, firstError })}\n`);
