/** What every container of ours has in common with those of the container engines (moby, oci/defaults.go). */
export const restricted = ['nosuid', 'noexec', 'nodev'];

export const procMount = { destination: '/proc', type: 'proc', source: 'proc', options: restricted };

export const devMount = {
  destination: '/dev',
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'],
};

/** Those that a fork of a template does without. */
export const deviceMounts = [
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: restricted },
];

/** What of the kernel's interfaces cannot be read, and what cannot be written. Those that are not there are passed over. */
export const closedPaths = {
  maskedPaths: [
    '/proc/acpi',
    '/proc/asound',
    '/proc/interrupts',
    '/proc/kcore',
    '/proc/keys',
    '/proc/latency_stats',
    '/proc/sched_debug',
    '/proc/scsi',
    '/proc/timer_list',
    '/proc/timer_stats',
    '/sys/firmware',
    '/sys/devices/virtual/powercap',
  ],
  readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
};

/**
 * Of what the kernel counts for all user namespaces together: without them one container could leave nothing for the others, as all
 * have the same users out here.
 */
export const sharedLimits = [
  { type: 'RLIMIT_CORE', number: 0 },
  { type: 'RLIMIT_SIGPENDING', number: 1024 },
  { type: 'RLIMIT_MEMLOCK', number: 64 * 1024 },
];
