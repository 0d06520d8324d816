import type { Pod } from './pods.ts';

/** Whom to ask, as a balancer before two processes does it. */
export type PodChoice = {
  next(service: Pod['service']): Pod;
  /** Notes that a process is asked; gives what notes the outcome. */
  asked(pod: Pod): (outcome: 'answered' | 'refused' | 'lost') => void;
};

/** Milliseconds for which a process is left alone that takes no connections. */
const spared = 500;
/** Requests that may wait for a process while the other one has fewer: a frozen one must not hold up everybody. */
const mostWaiting = 100;

/** One process of a service after the other, but rather not one that is down or lets many wait. */
export const choosePods = (pods: readonly Pod[]): PodChoice => {
  const turns = new Map<string, number>();
  const waiting = new Map<Pod, number>();
  const refused = new Map<Pod, number>();
  const isWell = (pod: Pod): boolean =>
    (waiting.get(pod) ?? 0) < mostWaiting && performance.now() - (refused.get(pod) ?? -Infinity) > spared;
  return {
    next: (service) => {
      const turn = (turns.get(service) ?? 0) + 1;
      turns.set(service, turn);
      const both = pods.filter((pod) => pod.service === service);
      const inTurn = both[turn % both.length]!;
      return isWell(inTurn) ? inTurn : (both.find(isWell) ?? inTurn);
    },
    asked: (pod) => {
      waiting.set(pod, (waiting.get(pod) ?? 0) + 1);
      return (outcome) => {
        waiting.set(pod, waiting.get(pod)! - 1);
        if (outcome === 'refused') refused.set(pod, performance.now());
      };
    },
  };
};
