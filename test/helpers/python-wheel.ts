import { execFileSync } from 'node:child_process';

const script = `
import io, sys, zipfile
name, version, source = sys.argv[1:]
about = f"{name}-{version}.dist-info/"
file = io.BytesIO()
with zipfile.ZipFile(file, "w") as wheel:
    wheel.writestr(f"{name}.py", source)
    wheel.writestr(about + "METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(about + "RECORD", f"{name}.py,,\\n")
sys.stdout.buffer.write(file.getvalue())
`;

/** A package for pip: a zip with its one module and three files about it (PyPA, binary distribution format). */
export function pythonWheel(
  name: string,
  version: string,
  source: string,
): { name: string; content: Buffer } {
  const content = execFileSync('python3', ['-c', script, name, version, source]);
  return { name: `${name}-${version}-py3-none-any.whl`, content };
}

export function greetWheel(): { name: string; content: Buffer } {
  return pythonWheel('greet', '1.0', "def greet():\n    return 'from the wheel'\n");
}
