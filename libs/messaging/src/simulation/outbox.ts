import { isOff } from '../failpoints.ts';
import type { Held, Lease, Outbox, OutboxRow } from '../outbox.ts';
import type { Refused } from '../unsent.ts';
import type { ModelDatabase, ModelTransaction } from './database.ts';
import type { Actor } from './world.ts';

type LeaseRow = { owner: string; epoch: bigint; expiresAt: number };

export const shards = 2;

const bySeq = (one: OutboxRow, other: OutboxRow) => Number(BigInt(one.seq) - BigInt(other.seq));

/** Outbox, leases and keys that are held back, with the statements of the real ones. */
export class ModelOutbox {
  readonly rows = new Map<string, OutboxRow>();
  readonly unsent = new Map<string, { seq: bigint; rows: OutboxRow[] }>();
  private readonly leases: LeaseRow[] = Array.from({ length: shards }, () => ({ owner: '', epoch: 0n, expiresAt: 0 }));
  private newest = 0n;

  constructor(private readonly database: ModelDatabase) {}

  /** Writes events within a transaction: visible after its commit, under numbers that are drawn now. */
  append(tx: ModelTransaction, rows: readonly Omit<OutboxRow, 'seq' | 'held'>[]): void {
    const write = () =>
      rows.map((row) => {
        const seq = this.database.drawSeq();
        return () => {
          this.rows.set(`${seq}`, { ...row, seq: `${seq}`, held: false });
          if (seq > this.newest) this.newest = seq;
        };
      });
    if (isOff('transaction')) tx.after.push(() => write().forEach((each) => each()));
    else tx.writes.push(...write());
  }

  /** The keys that are held back go out again. */
  giveBack(): void {
    for (const [key, { rows }] of this.unsent) {
      for (const row of rows) this.rows.set(row.seq, row);
      const lease = this.leases[rows[0]?.shard ?? 0]!;
      lease.epoch += 1n;
      this.unsent.delete(key);
    }
  }

  of(actor: Actor): Outbox {
    const ask = <T>(work: () => T) => this.database.query(actor, work);
    return {
      renew: (owner, seconds) => ask(() => this.renew(owner, seconds * 1_000)),
      giveBack: (owner) =>
        ask(() => this.leases.forEach((lease) => lease.owner === owner && (lease.expiresAt = -Infinity))),
      read: (leases, floor) => ask(() => this.read(leases, floor)),
      remove: (rows, held) =>
        ask(() => rows.filter((row) => this.isHeld(row, held) && this.rows.delete(row.seq)).length),
      hold: (refused, held) => ask(() => this.hold(refused, held)),
      holdBehind: (rows) => ask(() => rows.forEach(({ aggregate_id }) => this.setAside(aggregate_id))),
      horizon: (floor) =>
        ask(() => {
          const { oldest, horizon } = this.database.snapshot();
          const rest = [...this.rows.values()].some(({ seq }) => BigInt(seq) > floor);
          return { oldest: `${oldest}`, horizon: `${horizon}`, newest: `${this.newest}`, rest };
        }),
    };
  }

  private renew(owner: string, milliseconds: number): Lease[] {
    const { now } = this.database.world;
    if (isOff('lease-epoch')) return this.leases.map(({ epoch }, shard) => ({ shard, epoch: `${epoch}` }));
    return this.leases.flatMap((lease, shard) => {
      if (lease.owner !== owner && lease.expiresAt >= now) return [];
      if (lease.owner !== owner || lease.expiresAt <= now) lease.epoch += 1n;
      Object.assign(lease, { owner, expiresAt: now + milliseconds });
      return [{ shard, epoch: `${lease.epoch}` }];
    });
  }

  private read(leases: readonly Lease[], floor: bigint): OutboxRow[] {
    const ours = new Set(
      leases
        .filter(({ shard, epoch }) => isOff('lease-epoch') || `${this.leases[shard]!.epoch}` === epoch)
        .map(({ shard }) => shard),
    );
    return [...this.rows.values()]
      .filter(({ shard, seq }) => ours.has(shard) && BigInt(seq) > floor)
      .sort(bySeq)
      .slice(0, 1 + this.database.world.below(12))
      .map((row) => ({ ...row, held: this.isBehind(row) }));
  }

  private isHeld({ shard }: OutboxRow, { owner, leases }: Held): boolean {
    const lease = this.leases[shard]!;
    const epoch = leases.find((each) => each.shard === shard)?.epoch;
    return isOff('lease-epoch') || (lease.owner === owner && `${lease.epoch}` === epoch);
  }

  private isBehind({ aggregate_id, seq }: OutboxRow): boolean {
    const held = this.unsent.get(aggregate_id);
    return held !== undefined && held.seq <= BigInt(seq);
  }

  private hold(refused: readonly Refused[], held: Held): readonly Refused[] {
    const ours = refused.filter(({ row }) => this.isHeld(row as OutboxRow, held));
    for (const { row } of ours) {
      if (!this.unsent.has(row.aggregate_id)) this.unsent.set(row.aggregate_id, { seq: BigInt(row.seq), rows: [] });
      this.setAside(row.aggregate_id);
    }
    return ours;
  }

  private setAside(key: string): void {
    const gone = [...this.rows.values()].filter((row) => row.aggregate_id === key && this.isBehind(row)).sort(bySeq);
    gone.forEach(({ seq }) => this.rows.delete(seq));
    this.unsent.get(key)?.rows.push(...gone);
  }
}
