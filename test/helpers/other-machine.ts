import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { eventually } from './eventually.ts';

/** Documentation's (RFC 5737): nobody has them. */
const [ours, theirs] = ['198.51.100.1', '198.51.100.2'];

const server = `
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"another machine")
    def log_message(self, *_): pass
server = http.server.HTTPServer(("${theirs}", 80), Answer)
print("ready", flush=True)
server.serve_forever()
`;

export interface OtherMachine extends AsyncDisposable {
  url: string;
  /** This machine's address on the cable to it. */
  ours: string;
}

/** An HTTP server that is no part of this machine: in a network namespace with one cable to ours, which end with it. */
export async function otherMachine(): Promise<OtherMachine> {
  const cable = `kontain${process.pid}`.slice(0, 15);
  const script = `ip link set lo up; read -r _; ip address add ${theirs}/30 dev far; ip link set far up; exec python3 -c "$0"`;
  const argv = ['--pdeathsig', 'KILL', '--', 'unshare', '--net', 'sh', '-ec', script, server];
  const child = spawn('setpriv', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  const ip = (...args: string[]): void => void execFileSync('ip', args);
  await eventually('it has a network of its own', () => networkOf(pid) !== networkOf('self'));
  ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'far', 'netns', String(pid));
  ip('address', 'add', `${ours}/30`, 'dev', cable);
  ip('link', 'set', cable, 'up');
  child.stdin.end('go\n');
  await once(child.stdout, 'data');
  return {
    url: `http://${theirs}/`,
    ours,
    async [Symbol.asyncDispose]() {
      ip('link', 'delete', cable);
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

const networkOf = (pid: number | 'self'): string => readlinkSync(`/proc/${pid}/ns/net`);
