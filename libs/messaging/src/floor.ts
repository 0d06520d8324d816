import type { Horizon } from './outbox.ts';

/**
 * The mark below which no row of the outbox can appear any more, so that dead rows there need not be scanned. Ids
 * commit out of order: the mark may only pass an id when every transaction that could hold a lower one has ended.
 * So the newest id is noted with the transaction horizon, and once the oldest running transaction is past that horizon
 * and nothing is left, the id is safe. This holds since `append` makes its transaction visible before it draws ids.
 */
export class Floor {
  private at = 0n;
  private candidate: { seq: bigint; horizon: bigint } | undefined;

  get value(): bigint {
    return this.at;
  }

  /** Forgets it: rows may come back below it, or other shards are ours now. */
  reset(): void {
    this.at = 0n;
    this.candidate = undefined;
  }

  /** Takes note of where transactions stand, of rows above the present mark. */
  note({ oldest, horizon, newest, rest }: Horizon): void {
    if (this.candidate && BigInt(oldest) >= this.candidate.horizon && !rest) this.at = this.candidate.seq;
    if (this.candidate && this.at !== this.candidate.seq) return;
    const seq = BigInt(newest);
    this.candidate = seq > this.at ? { seq, horizon: BigInt(horizon) } : undefined;
  }
}
