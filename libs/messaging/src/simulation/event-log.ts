import { Unsendable, type LogRecord, type OutgoingRecord, type Producer } from '../event-log.ts';
import { keyHash } from '../key-hash.ts';
import { passing } from './database.ts';
import type { Actor, World } from './world.ts';

export const partitions = 3;

/** A log in memory: what is under way lands late, twice, or although the sender was told that it did not. */
export class ModelLog {
  readonly partitions: LogRecord[][] = Array.from({ length: partitions }, () => []);
  /** While set, the log refuses records that contain the word "large". */
  refusesLarge = true;

  constructor(private readonly world: World) {}

  /** All records as they stand, partition by partition. */
  get records(): LogRecord[] {
    return this.partitions.flat();
  }

  producerOf(actor: Actor): Producer {
    return {
      append: (records) => this.append(actor, records),
      close: async () => undefined,
    };
  }

  private async append(actor: Actor, records: readonly OutgoingRecord[]): Promise<void> {
    const { world } = this;
    await world.step(actor);
    if (world.trouble(0.03)) throw passing();
    const bad = this.refusesLarge ? records.findIndex(({ value }) => String(value).includes('large')) : -1;
    // Sent in halves, as adapters do: what stands before the refused one is in the log.
    const accepted = bad < 0 ? records : records.slice(0, world.below(bad + 1));
    const late = world.trouble(0.05);
    const landed = world.step(null, late ? 200 + world.below(20_000) : undefined).then(() => this.land(accepted));
    if (late && world.trouble(0.5)) {
      await world.step(actor, 1_000);
      throw passing();
    }
    await landed;
    if (world.trouble(0.03)) await world.step(null, world.below(3_000)).then(() => this.land(accepted));
    await world.step(actor);
    if (bad >= 0) throw new Unsendable(bad, 'too large');
    if (world.trouble(0.03)) throw passing();
  }

  private land(records: readonly OutgoingRecord[]): void {
    for (const { key, value, headers } of records) {
      const partition = this.partitions[keyHash(key!) % partitions]!;
      partition.push({ offset: BigInt(partition.length), key, value: Buffer.from(value as string), headers });
    }
  }
}
