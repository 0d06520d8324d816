import type { AbsenceChanged, AbsencesSaid, Away, EventOf } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { v5 as uuidv5 } from 'uuid';
import { deputedIn, deputyNews, type Deputed } from './domain/deputy-notice.ts';
import { deliveryOf, enqueueWanted, type ToPerson } from './staff-mails.ts';

/** What is said of somebody's absences, with the event that says it. */
export type SaidAway = {
  readonly event: EventOf<typeof AbsencesSaid> | EventOf<typeof AbsenceChanged>;
  readonly personId: string;
  readonly items: readonly Away[];
};

/** Names mails to deputies by what they say: an absence that is told again makes no second mail. */
const mails = '4f0c5f0e-2f0b-4b0e-8a39-3d6f8f0a7c11';

type Named = { tenant: string; person: string; name: string | null };

const namesOf = async (tx: Transaction, all: readonly SaidAway[]): Promise<ReadonlyMap<string, string | null>> => {
  const rows = await tx.query<Named>(
    `SELECT w.tenant, w.person, coalesce(a.name, m.name) AS name
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS w(tenant, person)) w
     LEFT JOIN agent_team a ON a.tenant_id = w.tenant AND a.agent_id = w.person
     LEFT JOIN management m ON m.tenant_id = w.tenant AND m.person_id = w.person`,
    [all.map(({ event }) => event.tenant), all.map(({ personId }) => personId)],
  );
  return new Map(rows.map(({ tenant, person, name }) => [`${tenant}/${person}`, name]));
};

const mailOf = ({ event }: SaidAway, deputed: Deputed, now: string): ToPerson[] => {
  const { tenant, actor } = event;
  const { personId, from, until, zone = null, deputy } = deputed;
  // Nobody is told of the own act.
  if (actor === `agent:${deputy}`) return [];
  const notice = { to: { person: deputy }, text: deputyNews(deputed).text, notBefore: event.time, gathers: true };
  const newsOf = (text: string) => ({ title: deputyNews(deputed).title, text });
  const tidings = { event, notices: [notice], about: { tenant, team: null }, newsOf };
  const id = uuidv5(JSON.stringify([tenant, personId, from, until, zone, deputy]), mails);
  return [{ ...deliveryOf(tidings, { person: deputy, notice, now }), id }];
};

/** Lets whoever is named as a deputy get a mail of it; nothing is sent here. */
export const deputyMails: Batch<SaidAway> = {
  run: async (tx, all) => {
    const names = await namesOf(tx, all);
    const deliveries = all.flatMap((said) =>
      deputedIn(said.personId, said.items, tx.now).flatMap((one) =>
        mailOf(said, { ...one, name: names.get(`${said.event.tenant}/${said.personId}`) ?? null }, tx.now),
      ),
    );
    if (deliveries.length > 0) await enqueueWanted(tx, deliveries);
  },
};
