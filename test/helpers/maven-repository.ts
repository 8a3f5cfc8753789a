import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from './serve.ts';

const libraries = {
  words: 'public class Words { public static String hello() { return "hello"; } }',
  greet: 'public class Greet { public static String text() { return Words.hello() + " from a library"; } }',
};

/** A project that needs one library, by a version that may be a property, and another one for tests only, which is nowhere. */
export function pomOf(name: string, version: string, ...needs: string[]): string {
  const dependency = (artifactId: string, more: string): string =>
    `<dependency><groupId>com.example</groupId><artifactId>${artifactId}</artifactId>${more}</dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId><artifactId>${name}</artifactId><version>1.0</version>
  <properties><greet.version>1.0</greet.version></properties>
  <dependencies>
    ${needs.map((need) => dependency(need, `<version>${version}</version>`)).join('')}
    ${dependency('nowhere', '<version>1.0</version><scope>test</scope>')}
  </dependencies>
</project>`;
}

/** A Maven repository on loopback with `com.example:greet:1.0`, which needs `com.example:words:1.0`. */
export async function mavenRepository(port: number) {
  const files = new Map<string, Buffer>();
  const put = (name: keyof typeof libraries, ...needs: string[]) => {
    const base = `/com/example/${name}/1.0/${name}-1.0`;
    files.set(`${base}.pom`, Buffer.from(pomOf(name, '1.0', ...needs)));
    files.set(`${base}.jar`, jars.get(name) ?? Buffer.alloc(0));
  };
  const jars = compiled();
  put('words');
  put('greet', 'words');
  return await serve(({ url = '' }) => files.get(url), {}, port);
}

function compiled(): ReadonlyMap<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'maven-'));
  try {
    const jars = Object.entries(libraries).map(([name, source]): [string, Buffer] => {
      const file = join(folder, `${name.replace(/^./, (first) => first.toUpperCase())}.java`);
      writeFileSync(file, `package com.example;\n${source}\n`);
      const classes = join(folder, name);
      mkdirSync(classes);
      execFileSync('javac', ['-d', classes, '-cp', join(folder, 'words'), file]);
      execFileSync('jar', ['--create', '--file', `${classes}.jar`, '-C', classes, '.']);
      return [name, readFileSync(`${classes}.jar`)];
    });
    return new Map(jars);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
