import type { DebianVariant } from './debian.ts';
import type { RunConfig } from './layout.ts';

export interface ImageRecipe {
  /** Names of layers in recipes.ts, lowest first. */
  layers: readonly string[];
  config: RunConfig;
  /** Large and seldom needed, such as compilers: made by its name, or with --all. */
  isOptional?: boolean;
}

/** A Debian root folder, made once and kept in the cache. */
export interface TreeRecipe {
  variant: DebianVariant;
  packages: readonly string[];
  /** Folders of Python modules to compile to byte code. */
  python?: readonly string[];
}

export type LayerRecipe =
  /** Paths of a tree; what `base` has as well is left out, and what lies below `without`. */
  | { kind: 'tree'; tree: string; base?: string; only?: readonly string[]; without?: readonly string[] }
  /** What a command of a tree's shell leaves in /opt; it finds `files` in /given. */
  | { kind: 'command'; tree: string; files: readonly FileRecipe[]; command: string }
  /**
   * Files of this repository (globs), put at a path of the image. `python`: compiled by the Python of that tree;
   * `stripTypes`: TypeScript becomes JavaScript, which starts faster.
   */
  | {
      kind: 'files';
      files: readonly FileRecipe[];
      folders?: readonly string[];
      python?: string;
      stripTypes?: boolean;
    }
  /** Programs of this repository, each with all that it imports in one file: it starts in half of the time. */
  | {
      kind: 'bundle';
      entries: readonly string[];
      inputs: readonly string[];
      to: string;
      folders?: readonly string[];
    }
  /** A C program, linked statically. */
  | { kind: 'program'; source: string; to: string; folders?: readonly string[] };

export interface FileRecipe {
  from: string;
  /** Files that match, relative to `from`; without it `from` is a file itself. */
  match?: readonly string[];
  to: string;
}
