/** Files of a project to start from: path → content. */
export type Template = (name: string, runtime: string) => Readonly<Record<string, string>>;
