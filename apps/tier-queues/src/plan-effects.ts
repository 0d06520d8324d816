import type { DeskDifference } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { closeQueue } from './domain/closing.ts';
import type { DeskChange } from './domain/desk-change.ts';
import type { Desk } from './domain/desk.ts';
import { deadlinesOf, type Deadlines } from './plan-deadlines.ts';
import { staffEffects } from './plan-staff.ts';
import { effectOf, inQueues, type Asked, type Effect } from './plan-tickets.ts';

/** What a change would do to open tickets, as they are now. */
export type PlanEffects = {
  readonly effects: readonly Effect[];
  /** Null where no policy and no calendar changes. */
  readonly deadlines: Deadlines | null;
  /** What of the consequences is not counted here. */
  readonly notSaid: readonly string[];
};

const queueEffects = async (tx: Transaction, { tenant, differences, desk }: Asked): Promise<Effect[]> => {
  const changed = differences.filter(({ part, what }) => part === 'queues' && what === 'changed');
  const has = ({ fields }: DeskDifference, ...wanted: string[]) => fields.some(({ field }) => wanted.includes(field));
  const rows = await inQueues(
    tx,
    tenant,
    changed.map(({ id }) => id),
  );
  const around = { desk, teams: new Map<string, readonly string[]>() };
  return changed.flatMap((one) => {
    const own = rows.filter(({ body }) => body.place?.queue === one.id);
    const handed = own.filter(
      ({ body }) => closeQueue(body, { type: 'close-queue', queue: one.id }, around, tx.now).length > 0,
    );
    return [
      ...(has(one, 'tier', 'team') ? effectOf('queues', one.id, 'moves-with-queue', own) : []),
      ...(has(one, 'handsOverTo') ? effectOf('queues', one.id, 'handed-over', handed) : []),
    ];
  });
};

const notSaid = [
  'Routes of open tickets stay as they are: categories, matrix, rules and ways up count for what is routed from now on.',
  'Of more than 10,000 open tickets in the queues that are concerned, the oldest 10,000 are looked at.',
  'Acceptance times that are armed anew, and what people and timers do from now on, are not counted.',
];

/** What the change would do to the open tickets of the tenant; nothing is stored. */
export const effectsOf = async (
  tx: Transaction,
  tenant: string,
  change: DeskChange,
  desks: { readonly now: Desk; readonly then: Desk },
): Promise<PlanEffects> => {
  const { differences } = change;
  const asked: Asked = { tenant, differences, desk: desks.then };
  const has = (...parts: DeskDifference['part'][]) => differences.some(({ part }) => parts.includes(part));
  const timed = has('policies', 'calendars') ? await deadlinesOf(tx, asked) : { effects: [], deadlines: null };
  const queues = has('queues') ? await queueEffects(tx, asked) : [];
  const staff = has('queues', 'agents') ? await staffEffects(tx, tenant, change, desks) : [];
  return { effects: [...timed.effects, ...queues, ...staff], deadlines: timed.deadlines, notSaid };
};
