import { setImmediate as settled } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** What must hold did not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** A simulated process; one that is frozen does nothing, and does not know it. */
export type Actor = { readonly name: string; alive: boolean; frozenUntil: number; readonly atDeath: Set<() => void> };

type Step = { readonly actor: Actor | null; readonly at: number; readonly go: () => void };

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export const chanceOf = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/**
 * A world with one clock and one thread. Whatever waits takes a step; the world lets one step at a time go on, in an
 * order that follows from the seed alone.
 */
export class World {
  now = 0;
  /** Once quiet, nothing fails any more. */
  quiet = false;
  violation: Violation | undefined;
  private readonly steps = new Set<Step>();
  private readonly chance: () => number;

  constructor(seed: number) {
    this.chance = chanceOf(seed);
  }

  actor(name: string): Actor {
    return { name, alive: true, frozenUntil: 0, atDeath: new Set() };
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.chance() * limit);
  }

  /** True with this probability; never once the world is quiet. */
  trouble(probability: number): boolean {
    return this.chance() < probability && !this.quiet;
  }

  /** Waits for its turn, `milliseconds` from now at the earliest. A dead actor waits for ever. */
  step(actor: Actor | null, milliseconds = this.chance() * 3): Promise<void> {
    return new Promise((go) => {
      if (actor?.alive !== false) this.steps.add({ actor, at: this.now + milliseconds, go });
    });
  }

  clockOf(actor: Actor): Clock {
    return {
      now: () => this.now,
      rest: (milliseconds, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
          // Idle loops look less often than real ones, or most steps were theirs.
          void this.step(actor, milliseconds * 8).then(resolve);
        }),
    };
  }

  kill(actor: Actor): void {
    actor.alive = false;
    for (const step of this.steps) if (step.actor === actor) this.steps.delete(step);
    actor.atDeath.forEach((each) => each());
  }

  violated(rule: string): void {
    this.violation ??= new Violation(rule);
  }

  /** Goes on until the condition holds or a rule is violated; false when the time is over before. */
  async until(condition: () => boolean, end: number): Promise<boolean> {
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      // Only what waits for the world is left, or the rest needs some more turns.
      if (!this.next(this.now)) await settled();
      if (this.violation) throw this.violation;
      if (condition()) return true;
      const step = this.next(Infinity);
      if (!step || step.at > end) return false;
      this.now = Math.max(this.now, step.at);
      this.steps.delete(step.step);
      step.step.go();
    }
  }

  /** One of the steps that are due now, or else the one that is due first, if that is not after `latest`. */
  private next(latest: number): { step: Step; at: number } | undefined {
    let found: { step: Step; at: number } | undefined;
    let ready = 0;
    for (const step of this.steps) {
      const at = Math.max(this.now, step.at, step.actor?.frozenUntil ?? 0);
      if (at === this.now) {
        ready += 1;
        if (this.below(ready) === 0) found = { step, at };
      } else if (ready === 0 && at <= latest && (!found || at < found.at)) found = { step, at };
    }
    return found;
  }
}
