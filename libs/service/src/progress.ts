/** After this long without progress over waiting records a service is not ready, then ends; in milliseconds. */
export const stallLimits = { notReady: 60_000, end: 120_000 } as const;

/** Whether a consumer that has `lag` records before it and was last active `silent` milliseconds ago still works. */
export const progressOf = (lag: number, silent: number): 'works' | 'stalls' | 'dead' => {
  if (lag === 0 || silent < stallLimits.notReady) return 'works';
  return silent < stallLimits.end ? 'stalls' : 'dead';
};

/** Between two looks, in milliseconds; a lag that takes longer is not known. */
const interval = 10_000;

const inTime = async (reading: Promise<number>): Promise<number> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the lag takes too long to read')), interval - 1_000);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Watches that a consumer moves while records wait. A client can be alive and read nothing;
 * only progress tells. Being put off by a transient failure counts as activity: then the cause is known.
 *
 * A process whose database or Kafka is away makes no progress either, but a new one would not: it is not ready, by the
 * checks of those, and lives on. The lag tells the two apart, since it takes both to read it. While it cannot be read
 * (or not in time) nothing counts against the consumer; once it can be read, the consumer has the whole time again.
 */
export class ProgressWatch {
  private activeAt = performance.now();
  private state: ReturnType<typeof progressOf> = 'works';
  private readonly timer: NodeJS.Timeout;

  constructor(lag: () => Promise<number>, onDead: (error: Error) => void, onUnknown: (error: Error) => void) {
    this.timer = setInterval(() => {
      inTime(lag()).then(
        (waiting) => {
          if (waiting === 0) this.active();
          this.state = progressOf(waiting, performance.now() - this.activeAt);
          if (this.state === 'dead')
            onDead(new Error(`no progress for ${stallLimits.end / 1_000} s over ${waiting} records`));
        },
        // Without Kafka or the database there is no lag to judge.
        (error: Error) => {
          this.active();
          onUnknown(error);
        },
      );
    }, interval);
  }

  active(): void {
    this.activeAt = performance.now();
  }

  /** Throws when the consumer stalls. */
  async check(): Promise<void> {
    if (this.state !== 'works') throw new Error('the consumer makes no progress');
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
