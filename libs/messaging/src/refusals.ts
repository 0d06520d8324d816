import { monotonic, type Clock } from './clock.ts';
import { TopicForbidden, UnknownTopic } from './event-log.ts';
import type { OutboxRow } from './outbox.ts';
import type { Refused } from './unsent.ts';

export type TopicRefusal = UnknownTopic | TopicForbidden;

export const isTopicRefusal = (error: unknown): error is TopicRefusal =>
  error instanceof UnknownTopic || error instanceof TopicForbidden;

/** Milliseconds until a refused topic is tried again. */
const retryAfter = 1_000;

/**
 * Topics that the log refuses. A broker that is coming up knows no topic for a moment: only what stays refused is held
 * back, since somebody then has to give it free. Until then the rows wait, and those of other topics go out.
 */
export class Refusals {
  private readonly topics = new Map<string, { since: number; retryAt: number }>();

  constructor(
    private readonly clock: Clock = monotonic,
    private readonly patience = 30_000,
  ) {}

  /** The rows whose topic is not known to be refused just now. */
  sendable(rows: readonly OutboxRow[]): readonly OutboxRow[] {
    if (this.topics.size === 0) return rows;
    const now = this.clock.now();
    return rows.filter(({ topic }) => (this.topics.get(topic)?.retryAt ?? 0) <= now);
  }

  accepted(rows: readonly OutboxRow[]): void {
    if (this.topics.size > 0) rows.forEach(({ topic }) => this.topics.delete(topic));
  }

  /** Notes that rows of one topic were refused; gives those to hold back, the first of each key. */
  note(rows: readonly OutboxRow[], error: TopicRefusal): readonly Refused[] {
    const now = this.clock.now();
    const [{ topic }] = rows as [OutboxRow];
    const since = this.topics.get(topic)?.since ?? now;
    this.topics.set(topic, { since, retryAt: now + retryAfter });
    if (now - since < this.patience) return [];
    const first = new Map<string, OutboxRow>();
    for (const row of rows) if (!first.has(row.aggregate_id)) first.set(row.aggregate_id, row);
    return [...first.values()].map((row) => ({ row, code: error.code, reason: error.message }));
  }
}
