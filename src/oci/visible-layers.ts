/**
 * The layers of an image that show at all, lowest first. A layer whose root folder is opaque hides all below it, but
 * overlayfs does not look at that mark on the root of a layer (it merges roots always): so they are left out instead.
 */
export function visibleLayers<T extends { opaque: readonly string[] }>(layers: readonly T[]): T[] {
  return layers.slice(
    Math.max(
      0,
      layers.findLastIndex(({ opaque }) => opaque.includes('')),
    ),
  );
}
