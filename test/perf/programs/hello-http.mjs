// What people have today: one warm node:http process shared by all calls. usage: hello-http.mjs PORT
import { createServer } from 'node:http';

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 12 });
  response.end('hello world\n');
}).listen(Number(process.argv[2]), '127.0.0.1');
