import { ChunkProcessor } from '../chunk-processor.ts';
import type { Partition } from '../event-log.ts';
import { Relay } from '../relay.ts';
import type { ModelLog } from './event-log.ts';
import type { ModelService } from './service.ts';
import type { Actor, World } from './world.ts';

const nothing = () => undefined;
const prefix = 'simulated';
export const topic = `${prefix}.tickets.v1`;

/** One process of the service: a relay, a member of the consumer group, and a look at the timers now and then. */
export class Pod {
  readonly actor: Actor;
  private generation = 0;
  private readonly processor: ChunkProcessor;

  constructor(
    name: string,
    private readonly world: World,
    private readonly service: ModelService,
    private readonly log: ModelLog,
  ) {
    this.actor = world.actor(name);
    const chance = () => world.below(1_000) / 1_000;
    const events = { onDone: nothing, onParked: nothing, onRetry: nothing };
    this.processor = new ChunkProcessor(service.storeOf(this.actor), service.dispatcher(), events, chance);
  }

  start(): void {
    const { actor, world, service, log } = this;
    const relay = new Relay({
      outbox: service.outbox.of(actor),
      log: { producer: async () => log.producerOf(actor) },
      prefix,
      owner: actor.name,
      clock: world.clockOf(actor),
      events: { onSent: nothing, onFailure: nothing, onHeld: nothing },
    });
    relay.start();
    void this.every(2_000, () => service.fireTimers(actor));
    void this.every(1_500, () => this.processor.settle());
  }

  /** These partitions are ours from when we hear of it; until then we go on with those before. */
  async assign(partitions: readonly Partition[], generation: number): Promise<void> {
    await this.world.step(this.actor, this.world.below(500));
    if (generation < this.generation) return;
    this.generation = generation;
    while (generation === this.generation) {
      const starts = await this.processor.assigned(partitions).catch(nothing);
      if (generation !== this.generation) return;
      if (starts) return partitions.forEach((each, index) => void this.read(each, starts[index]!, generation));
      await this.world.step(this.actor, 500);
    }
  }

  private async every(milliseconds: number, work: () => Promise<void>): Promise<void> {
    for (;;) {
      await this.world.step(this.actor, milliseconds);
      await work().catch(nothing);
    }
  }

  private async read({ partition }: Partition, start: bigint | null, generation: number): Promise<void> {
    const { world, actor } = this;
    const records = this.log.partitions[partition]!;
    let from = Number(start ?? 0n);
    // A client may begin elsewhere than it was told.
    if (start !== null && world.trouble(0.2)) from = world.below(records.length + 1);
    while (generation === this.generation) {
      const chunk = records.slice(from, from + 1 + world.below(10));
      if (chunk.length === 0) await world.step(actor, 800);
      else {
        const highWatermark = BigInt(records.length);
        const outcome = await this.processor.process({ topic, partition, records: chunk, highWatermark });
        if (outcome.kind === 'later') await world.step(actor, outcome.milliseconds);
        else await world.step(actor);
        from = Number(outcome.next);
      }
    }
  }
}
