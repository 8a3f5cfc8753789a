/**
 * All Kontainers run in user namespaces that map the ids 0…65535 inside to `idBase`… outside. Layers are stored with
 * owners shifted by it, so that the files of root inside belong to nobody outside and no id-mapped mount is needed.
 * High enough that no account and no subordinate range of a usual system (/etc/subuid) is there; below 2^31, above which
 * some file systems and programs take ids for negative.
 */
export const idBase = 0x70000000;
export const idCount = 65536;

/** The owner on disk of an id inside; null for an id that no Kontainer can have. */
export function shiftedId(id: number, base: number): number | null {
  return Number.isInteger(id) && id >= 0 && id < idCount ? base + id : null;
}
