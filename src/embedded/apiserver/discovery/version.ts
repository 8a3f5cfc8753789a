/** The API that is imitated, for /version. Major and minor decide which features kubectl expects. */
export const serverVersion = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+kontain-embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch}`,
} as const;
