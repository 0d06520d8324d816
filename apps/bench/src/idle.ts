import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from './figure.ts';
import type { Parts } from './parts.ts';
import { usageOf } from './service-process.ts';
import type { Sizes } from './sizes.ts';
import { prepareSystem } from './system.ts';

const names = ['intake', 'routing', 'tier-queues', 'notifications', 'reporting', 'gateway'] as const;

/** How long each process takes to start, one at a time, and what it uses while nothing happens. */
export const benchIdle = async (parts: Parts, { idleSeconds, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  try {
    const running = [];
    for (const name of names) running.push(await system.start(name, flags));
    await sleep(5_000);
    const before = running.map(({ pid }) => usageOf(pid));
    await sleep(idleSeconds * 1_000);
    const after = running.map(({ pid }) => usageOf(pid));
    return running.flatMap(({ name, readyAfter }, index): Figure[] => {
      const [then, now] = [before[index], after[index]];
      const start: Figure = { name: `${name}, start until ready`, value: readyAfter * 1_000, unit: 'ms' };
      if (!then || !now) return [start];
      return [
        start,
        { name: `${name}, idle`, value: ((now.cpu - then.cpu) / idleSeconds) * 100, unit: '% of a core' },
        { name: `${name}, resident`, value: now.megabytes, unit: 'MB' },
      ];
    });
  } finally {
    await system.stop();
  }
};
