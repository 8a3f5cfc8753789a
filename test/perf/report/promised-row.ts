/** One figure beside what was promised for it. */
export interface Row {
  what: string;
  value: number;
  unit: string;
  /** At most; undefined where nothing is promised for what was asked. */
  promised: number | undefined;
}

export const inSeconds = (what: string, value: number, promised: number | undefined): Row => ({
  what,
  value,
  unit: 's',
  promised,
});

/** What was not measured is not kept. */
export const isBroken = ({ value, promised }: Row): boolean => promised !== undefined && !(value <= promised);

export function rowLine(row: Row): string {
  const { what, value, unit, promised } = row;
  const verdict =
    promised === undefined
      ? 'nothing is promised'
      : `promised ${promised} ${unit}   ${isBroken(row) ? 'BROKEN' : 'kept'}`;
  return `${what.padEnd(62)} ${value.toFixed(2).padStart(7)} ${unit}   ${verdict}\n`;
}
