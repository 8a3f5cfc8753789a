import type { ImageRecipe, LayerRecipe, TreeRecipe } from './recipe.ts';

/** How functions in Go are compiled: what was compiled ahead counts only for the very same. */
export const goBuild = [
  'PATH=/usr/lib/go-1.19/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'CGO_ENABLED=0',
  'GOFLAGS=-mod=mod -trimpath -buildvcs=false -tags=timetzdata -ldflags=-s',
];

export function compiledTrees(debian: readonly string[]): Record<string, TreeRecipe> {
  return {
    'debian-go': { variant: 'full', packages: [...debian, 'golang-1.19-go'] },
    'debian-java': { variant: 'full', packages: [...debian, 'openjdk-17-jdk-headless', 'ivy'] },
  };
}

export function compiledLayers(mountPoints: readonly string[]): Record<string, LayerRecipe> {
  return { ...goLayers(mountPoints), ...javaLayers };
}

/** The archive of shared classes knows the places and times of its files. */
const buildJavaRuntime = `
  home=/opt/kontain/java; mkdir -p "$home"; work=/given/work; mkdir "$work"; cp /given/start "$home/start"
  jlink --add-modules java.se,jdk.charsets,jdk.crypto.ec,jdk.httpserver,jdk.localedata,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs \
    --no-header-files --no-man-pages --output "$home/jre"
  cp -L /etc/ssl/certs/java/cacerts "$home/jre/lib/security/cacerts"
  pack() { jar --create --no-manifest --date=2025-01-01T00:00:00Z --file "$1" -C "$2" .; }
  javac -Xlint:all -Werror -d "$work/runtime" $(find /given/java -name '*.java'); pack "$home/runtime.jar" "$work/runtime"
  javac -d "$work/hello" -cp "$home/runtime.jar" /given/Hello.java; pack "$work/.function.jar" "$work/hello"
  touch -d @1735689600 "$home/runtime.jar" "$home/jre/lib/modules"
  export MOD_NAME=Hello FUNC_HANDLER=handler KUBELESS_INSTALL_VOLUME="$work"
  JDK_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/classes -Xshare:off" perl /given/rehearse.pl "$home/start"
  "$home/jre/bin/java" -Xshare:dump -XX:+UseG1GC -Xmx128m -XX:SharedClassListFile="$work/classes" \
    -XX:SharedArchiveFile="$home/runtime.jsa" -cp "$home/runtime.jar"`;

const javaLayers: Record<string, LayerRecipe> = {
  jdk: {
    kind: 'tree',
    tree: 'debian-java',
    base: 'debian',
    without: ['usr/lib/jvm/java-17-openjdk-amd64/jmods', 'tmp'],
  },
  'java-runtime': {
    kind: 'command',
    tree: 'debian-java',
    files: [
      { from: 'runtimes/java', match: ['**/*.java'], to: 'java' },
      { from: 'runtimes/java/start', to: 'start' },
      { from: 'runtimes/java/rehearse.pl', to: 'rehearse.pl' },
      { from: 'samples/hello-java/Hello.java', to: 'Hello.java' },
    ],
    command: buildJavaRuntime,
  },
  'java-start': {
    kind: 'files',
    files: [{ from: 'build/native/kontainer-exec', to: 'opt/kontain/bin/kontainer-exec' }],
    folders: ['kubeless'],
  },
  'java-compile': {
    kind: 'files',
    files: [
      { from: 'runtimes/java/compile', to: 'opt/kontain/java/compile' },
      { from: 'runtimes/java/ivysettings.xml', to: 'opt/kontain/java/ivysettings.xml' },
    ],
    folders: ['kubeless'],
  },
};

function goLayers(mountPoints: readonly string[]): Record<string, LayerRecipe> {
  return {
    /** Packages of the standard library are compiled ahead, without C, and not those that the package brings. */
    golang: {
      kind: 'tree',
      tree: 'debian-go',
      base: 'debian',
      without: ['usr/lib/go-1.19/pkg/linux_amd64', 'usr/share/go-1.19/test', 'usr/share/go-1.19/api', 'tmp'],
    },
    'go-sources': {
      kind: 'files',
      files: [
        { from: 'runtimes/go/compile', to: 'opt/kontain/go/compile' },
        { from: 'runtimes/go/kubeless', match: ['**/*.{go,mod}'], to: 'opt/kontain/go/kubeless' },
        { from: 'runtimes/go/server', match: ['go.mod', '**/!(*_test).go'], to: 'opt/kontain/go/server' },
      ],
      folders: ['kubeless'],
    },
    'go-cache': {
      kind: 'command',
      tree: 'debian-go',
      files: [
        { from: 'runtimes/go/kubeless', match: ['**/*.{go,mod}'], to: 'kubeless' },
        { from: 'runtimes/go/server', match: ['go.mod', '**/!(*_test).go'], to: 'server' },
      ],
      command: `cd /given/server; export HOME=/tmp GOCACHE=/opt/kontain/go/cache; ${exported(goBuild)}
      go build std ./serve; chmod -R a+rwX /opt/kontain/go/cache`,
    },
    /** Nothing but what a static program may look for. */
    certificates: {
      kind: 'tree',
      tree: 'debian',
      only: [
        'etc',
        'etc/passwd',
        'etc/group',
        'etc/nsswitch.conf',
        'etc/ssl',
        'etc/ssl/certs',
        'etc/ssl/certs/ca-certificates.crt',
      ],
    },
    'go-runtime': {
      kind: 'files',
      files: [{ from: 'build/native/kontainer-exec', to: 'opt/kontain/bin/kontainer-exec' }],
      folders: [...mountPoints, 'kubeless'],
    },
  };
}

function exported(variables: readonly string[]): string {
  return variables.map((line) => `export '${line}';`).join(' ');
}

export function compiledImages(path: string, labels: Record<string, string>): Record<string, ImageRecipe> {
  return {
    'go1.19': goRuntime(path, labels),
    'go1.19-build': goCompiler,
    java17: javaRuntime(path, labels),
    'java17-build': javaCompiler(path),
  };
}

/** runtimes/go/compile leaves the program there; each call has one, started ahead. */
function goRuntime(path: string, labels: Record<string, string>): ImageRecipe {
  return {
    layers: ['certificates', 'go-runtime'],
    config: {
      User: '1000',
      Env: [path, 'HOME=/tmp', 'FUNC_RUNTIME=go1.19'],
      Entrypoint: ['/opt/kontain/bin/kontainer-exec', 'stream', '/kubeless/.function'],
      WorkingDir: '/kubeless',
      Labels: labels,
    },
    // It is of no use without the compiler, and not to be found is told at once.
    isOptional: true,
  };
}

const goCompiler: ImageRecipe = {
  layers: ['debian', 'golang', 'go-cache', 'go-sources'],
  config: {
    User: '1000',
    Env: [...goBuild, 'LANG=C.UTF-8', 'HOME=/tmp', 'GOCACHE=/opt/kontain/go/cache'],
    Entrypoint: ['/opt/kontain/go/compile'],
    WorkingDir: '/kubeless',
  },
  isOptional: true,
};

/** Java cannot be forked: each call has a machine of its own, started ahead. */
function javaRuntime(path: string, labels: Record<string, string>): ImageRecipe {
  return {
    layers: ['debian', 'java-runtime', 'java-start'],
    config: {
      User: '1000',
      Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp', 'FUNC_RUNTIME=java17', 'KUBELESS_INSTALL_VOLUME=/kubeless'],
      Entrypoint: ['/opt/kontain/bin/kontainer-exec', 'stream', '/opt/kontain/java/start'],
      WorkingDir: '/kubeless',
      Labels: labels,
    },
    isOptional: true,
  };
}

function javaCompiler(path: string): ImageRecipe {
  return {
    layers: ['debian', 'jdk', 'java-runtime', 'java-compile'],
    config: {
      User: '1000',
      Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp'],
      Entrypoint: ['/opt/kontain/java/compile'],
      WorkingDir: '/kubeless',
    },
    isOptional: true,
  };
}
