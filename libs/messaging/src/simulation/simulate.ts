import type { Guard, Torture } from '../failpoints.ts';
import { ModelLog, partitions } from './event-log.ts';
import { Pod, topic } from './pod.ts';
import { ModelService } from './service.ts';
import { Violation, World } from './world.ts';

const place = Symbol.for('tierline.torture');
const keys = ['ada', 'bea', 'cem', 'dov', 'eve', 'fay'];
const troubled = 20_000;
const patience = 300_000;

const checkLog = (log: ModelLog, service: ModelService): void => {
  const owners = new Map<string, string>();
  const sequences = new Map<string, number[]>();
  for (const { key, headers } of log.records) {
    const [shard, epoch, owner] = headers['tierline-lease']!.split('/');
    const other = owners.get(`${shard}/${epoch}`) ?? owner;
    if (other !== owner) throw new Violation(`${owner} and ${other} both sent for shard ${shard} in epoch ${epoch}`);
    owners.set(`${shard}/${epoch}`, owner!);
    const seen = sequences.get(key!) ?? [];
    const sequence = Number(headers.ce_sequence);
    if (!seen.includes(sequence)) sequences.set(key!, [...seen, sequence]);
  }
  for (const [key, last] of service.sequences) {
    const seen = sequences.get(key) ?? [];
    const wanted = Array.from({ length: last }, (_none, index) => index + 1);
    if (seen.join() !== wanted.join())
      throw new Violation(`${key} has events 1 to ${last}, subscribers see ${seen.join()}`);
  }
};

const checkEffects = ({ effects, parked }: ModelService): void => {
  const aside = new Set([...parked.values()].flat());
  for (const [id, times] of effects)
    if (times !== 1 && !aside.has(id)) throw new Violation(`event ${id} had its effect ${times} times`);
};

/** One run of pods, faults and load, all of which follow from the seed. */
class Run {
  readonly world: World;
  readonly service: ModelService;
  readonly log: ModelLog;
  private readonly pods: Pod[] = [];
  private started = 0;
  private generation = 0;
  private readonly size: number;

  constructor(seed: number) {
    this.world = new World(seed);
    this.service = new ModelService(this.world);
    this.log = new ModelLog(this.world);
    this.size = 2 + this.world.below(2);
  }

  async play(): Promise<void> {
    for (let index = 0; index < this.size; index += 1) this.startPod(index);
    this.rebalance();
    void this.load();
    void this.faults();
    const { world } = this;
    await world.until(() => world.now >= troubled, troubled);
    world.quiet = true;
    this.log.refusesLarge = false;
    void this.repair();
    if (!(await world.until(() => this.isSettled(), troubled + patience))) throw new Violation(this.remains());
    checkLog(this.log, this.service);
    checkEffects(this.service);
  }

  private startPod(index: number): void {
    const pod = new Pod(`pod-${(this.started += 1)}`, this.world, this.service, this.log);
    this.pods[index] = pod;
    pod.start();
  }

  private rebalance(): void {
    const { world } = this;
    const here = this.pods.filter(({ actor }) => actor.alive && actor.frozenUntil <= world.now);
    if (here.length === 0) return;
    this.generation += 1;
    const owners = Array.from({ length: partitions }, () => here[world.below(here.length)]!);
    for (const pod of this.pods) {
      const own = owners.flatMap((owner, partition) => (owner === pod ? [{ topic, partition }] : []));
      void pod.assign(own, this.generation);
    }
  }

  private async load(): Promise<void> {
    const { world } = this;
    while (!world.quiet) {
      await world.step(null, world.below(1_500));
      const { actor } = this.pods[world.below(this.size)]!;
      const kind = world.below(40);
      const texts = kind === 0 ? ['poison'] : kind === 1 ? ['large', 'x'] : kind < 10 ? ['x', 'x', 'x'] : ['x'];
      void this.service.command(actor, keys[world.below(keys.length)]!, texts).catch(() => undefined);
    }
  }

  private async faults(): Promise<void> {
    const { world } = this;
    for (;;) {
      await world.step(null, 500 + world.below(4_000));
      if (world.quiet) return;
      const index = world.below(this.size);
      const { actor } = this.pods[index]!;
      const kind = world.below(3);
      if (kind === 0 && actor.alive) {
        world.kill(actor);
        void world.step(null, world.below(3_000)).then(() => this.startPod(index));
      } else if (kind === 1) actor.frozenUntil = world.now + world.below(20_000);
      await world.step(null, world.below(2_000));
      this.rebalance();
    }
  }

  /** Somebody gives free what is held back, until nothing is. */
  private async repair(): Promise<void> {
    for (let round = 0; ; round += 1) {
      await this.world.step(null, 4_000);
      for (const { actor } of this.pods) actor.frozenUntil = 0;
      this.service.outbox.giveBack();
      if (round === 0) this.rebalance();
    }
  }

  private isSettled(): boolean {
    const { outbox, positions, timers } = this.service;
    return (
      outbox.rows.size === 0 &&
      outbox.unsent.size === 0 &&
      timers.size === 0 &&
      this.log.partitions.every(
        ({ length }, partition) => (positions.get(`${topic}/${partition}`)?.next ?? 0n) === BigInt(length),
      )
    );
  }

  private remains(): string {
    const { outbox, positions, timers } = this.service;
    const standing = [...positions.values()].map(({ partition, next }) => `${partition.partition}: ${next}`);
    return (
      `not done after ${patience / 1_000} s of quiet: ${outbox.rows.size} rows, ${outbox.unsent.size} keys held back, ` +
      `${timers.size} timers, positions ${standing.join(', ')} of ${this.log.partitions.map(({ length }) => length).join(', ')}`
    );
  }
}

/** What one run did. */
export type Played = { readonly records: number; readonly events: number; readonly parked: number };

/** Plays one seed; throws `Violation` with the seed in its message when a promise was broken. */
export const simulate = async (seed: number, without?: Guard): Promise<Played> => {
  const torture: Torture = { without: (guard) => guard === without };
  const world = globalThis as { [place]?: Torture };
  world[place] = torture;
  const run = new Run(seed);
  try {
    await run.play();
  } catch (error) {
    if (error instanceof Violation) error.message = `seed ${seed}: ${error.message}`;
    throw error;
  } finally {
    delete world[place];
  }
  const { records } = run.log;
  return { records: records.length, events: run.service.effects.size, parked: run.service.parked.size };
};
