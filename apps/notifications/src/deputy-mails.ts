import {
  AbsenceChanged,
  DeskPartRemoved,
  is,
  type AbsencesSaid,
  type Away,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { v5 as uuidv5 } from 'uuid';
import { deputedIn, deputyNews, isSame, withdrawnIn, withdrawnNews, type Standing } from './domain/deputy-notice.ts';
import { deliveryOf, enqueueWanted, type ToPerson } from './staff-mails.ts';

/** What is said of somebody's absences, with the event that says it; without a person one of them is gone. */
export type SaidAway =
  | {
      readonly event: EventOf<typeof AbsencesSaid> | EventOf<typeof AbsenceChanged>;
      readonly personId: string;
      readonly items: readonly Away[];
    }
  | { readonly event: EventOf<typeof DeskPartRemoved>; readonly personId: null; readonly items: readonly [] };

/** Names mails to deputies by what they say: an absence that is told again makes no second mail. */
const mails = '4f0c5f0e-2f0b-4b0e-8a39-3d6f8f0a7c11';

/** What one source says of who stands in for whom, and what it said before of times that are not over. */
type Kept = {
  readonly tenant: string;
  readonly source: string;
  readonly personId: string;
  readonly items: readonly Standing[];
  readonly withdrawn: readonly Standing[];
};

const keyOf = ({ tenant, source }: Pick<Kept, 'tenant' | 'source'>): string => `${tenant} ${source}`;
const sourceOf = ({ event }: SaidAway) => ({ tenant: event.tenant, source: event.subject });

/** What these sources said last, and others of the same people; locked. */
const keptOf = async (tx: Transaction, all: readonly SaidAway[]): Promise<Map<string, Kept>> => {
  const rows = await tx.query<Kept>(
    `SELECT tenant_id AS tenant, source, person_id AS "personId", items, withdrawn FROM deputy_told
     WHERE (tenant_id, person_id) IN (
       SELECT * FROM unnest($1::text[], $2::text[])
       UNION
       SELECT d.tenant_id, d.person_id FROM deputy_told d JOIN unnest($1::text[], $3::text[]) AS s(tenant_id, source)
         USING (tenant_id, source)
     ) ORDER BY tenant_id, source FOR UPDATE`,
    [
      all.map(({ event }) => event.tenant),
      all.map(({ personId }) => personId ?? ''),
      all.map(({ event }) => event.subject),
    ],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
};

const keep = (tx: Transaction, kept: readonly Kept[]) =>
  tx.query(
    `INSERT INTO deputy_told (tenant_id, source, person_id, items, withdrawn)
     SELECT tenant, source, "personId", items, withdrawn
     FROM jsonb_to_recordset($1::jsonb) AS k(tenant text, source text, "personId" text, items jsonb, withdrawn jsonb)
     ORDER BY tenant, source
     ON CONFLICT (tenant_id, source) DO UPDATE SET items = excluded.items, withdrawn = excluded.withdrawn`,
    [JSON.stringify(kept)],
  );

type Named = { tenant: string; person: string; name: string | null };

const namesOf = async (tx: Transaction, kept: readonly Kept[]): Promise<ReadonlyMap<string, string | null>> => {
  const rows = await tx.query<Named>(
    `SELECT w.tenant, w.person, coalesce(a.name, m.name) AS name
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS w(tenant, person)) w
     LEFT JOIN agent_team a ON a.tenant_id = w.tenant AND a.agent_id = w.person
     LEFT JOIN management m ON m.tenant_id = w.tenant AND m.person_id = w.person`,
    [kept.map(({ tenant }) => tenant), kept.map(({ personId }) => personId)],
  );
  return new Map(rows.map(({ tenant, person, name }) => [`${tenant}/${person}`, name]));
};

const isAmong = (all: readonly Standing[], one: Standing): boolean => all.some((other) => isSame(other, one));

/** What changes for deputies by what one source says now. */
type Change = {
  readonly event: Received;
  readonly personId: string;
  readonly named: readonly Standing[];
  readonly withdrawn: readonly Standing[];
  /** Of those named, the ones that were withdrawn before: a mail of them went out already. */
  readonly again: readonly Standing[];
};

/** Notes what is said, and gives what it changes; null where nothing is known of it. */
const change = (kept: Map<string, Kept>, said: SaidAway, now: string): Change | null => {
  const of = sourceOf(said);
  const before = kept.get(keyOf(of));
  const personId = said.personId ?? before?.personId;
  if (personId === undefined) return null;
  const items = deputedIn(said.items, now);
  const others = [...kept.values()].filter(
    (one) => one.tenant === of.tenant && one.personId === personId && one.source !== of.source,
  );
  const gone = (before?.items ?? []).filter((one) => !isAmong(items, one));
  const passed = [...(before?.withdrawn ?? []), ...gone].filter((one) => !isAmong(items, one));
  kept.set(keyOf(of), { ...of, personId, items, withdrawn: deputedIn(passed, now) });
  return {
    event: said.event,
    personId,
    named: items.filter((one) => !isAmong(before?.items ?? [], one)),
    withdrawn: withdrawnIn(gone, [...items, ...others.flatMap((one) => one.items)], now),
    again: items.filter((one) => isAmong(before?.withdrawn ?? [], one)),
  };
};

type News = { readonly title: string; readonly text: string };

const mailOf = ({ event }: Change, standing: Standing, told: { news: News; id: string; now: string }) => {
  const { deputy } = standing;
  // Nobody is told of the own act.
  if (event.actor === `agent:${deputy}`) return [];
  const notice = { to: { person: deputy }, text: told.news.text, notBefore: event.time, gathers: true };
  const newsOf = (text: string) => ({ title: told.news.title, text });
  // What is gone from the desk document is told as a change of it.
  const mailed = is(DeskPartRemoved, event) ? { ...event, type: AbsenceChanged.type } : event;
  const tidings = { event: mailed, notices: [notice], about: { tenant: event.tenant, team: null }, newsOf };
  return [{ ...deliveryOf(tidings, { person: deputy, notice, now: told.now }), id: told.id }];
};

const mailsOf = (changed: Change, name: string | null, now: string): ToPerson[] => {
  const { event, personId, named, withdrawn, again } = changed;
  const nameOf = (standing: Standing, ...more: string[]) => {
    const { from, until, zone = null, deputy } = standing;
    return uuidv5(JSON.stringify([event.tenant, personId, from, until, zone, deputy, ...more]), mails);
  };
  return [
    ...named.flatMap((one) => {
      const id = isAmong(again, one) ? nameOf(one, event.id) : nameOf(one);
      return mailOf(changed, one, { news: deputyNews({ ...one, personId, name }), id, now });
    }),
    ...withdrawn.flatMap((one) => {
      const news = withdrawnNews({ ...one, personId, name });
      return mailOf(changed, one, { news, id: nameOf(one, 'withdrawn', event.id), now });
    }),
  ];
};

/** Lets whoever is named as a deputy, or not any more, get a mail of it; nothing is sent here. */
export const deputyMails: Batch<SaidAway> = {
  run: async (tx, all) => {
    const kept = await keptOf(tx, all);
    const changes = all.flatMap((said) => change(kept, said, tx.now) ?? []);
    if (changes.length === 0) return;
    const noted = changes.map(({ event }) => kept.get(keyOf({ tenant: event.tenant, source: event.subject }))!);
    await keep(tx, [...new Set(noted)]);
    const names = await namesOf(tx, noted);
    const deliveries = changes.flatMap((one) =>
      mailsOf(one, names.get(`${one.event.tenant}/${one.personId}`) ?? null, tx.now),
    );
    if (deliveries.length > 0) await enqueueWanted(tx, deliveries);
  },
};
