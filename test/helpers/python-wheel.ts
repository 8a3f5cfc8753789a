import { execFileSync } from 'node:child_process';

const script = `
import io, sys, zipfile
about = "greet-1.0.dist-info/"
file = io.BytesIO()
with zipfile.ZipFile(file, "w") as wheel:
    wheel.writestr("greet.py", "def greet():\\n    return 'from the wheel'\\n")
    wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\\nName: greet\\nVersion: 1.0\\n")
    wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(about + "RECORD", "greet.py,,\\n")
sys.stdout.buffer.write(file.getvalue())
`;

/** A package `greet` for pip: a zip with the module and three files about it (PyPA, binary distribution format). */
export function greetWheel(): { name: string; content: Buffer } {
  return { name: 'greet-1.0-py3-none-any.whl', content: execFileSync('python3', ['-c', script]) };
}
