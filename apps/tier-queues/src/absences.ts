import type { Caller } from '@tierline/auth';
import { DomainError, type Away } from '@tierline/contracts';
import { lockDesk, renewDesk } from '@tierline/desk';
import type { Commands } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { keepSaid } from './absence-changes.ts';
import { wrongWith, zoneFault } from './domain/absence-faults.ts';
import { absenceOf } from './domain/absences.ts';
import { zoneExists } from './domain/clocks/calendar.ts';
import type { Desk } from './domain/desk.ts';
import { whyNotToNote } from './domain/leading.ts';
import { isLeadOfAll } from './leads.ts';
import { teamsOf } from './lookups.ts';
import { acquaintanceOf } from './sight.ts';

/** An absence as somebody said it, with the zone of the person's first shift. */
export type SaidAbsence = {
  readonly personId: string;
  readonly source: 'desk' | 'person';
  readonly away: Away;
  readonly zone: string | null;
};

const isKnown = (tenant: string, person: string) =>
  `EXISTS (SELECT FROM desk_part k WHERE k.tenant_id = ${tenant} AND k.kind IN ('agent', 'management')
    AND k.id = ${person} AND k.body IS NOT NULL)`;

/** The zone of the first shift. */
const zoneOf = (tenant: string, person: string) =>
  `SELECT c.body->>'zone' AS zone FROM desk_part g JOIN desk_part c
     ON c.tenant_id = g.tenant_id AND c.kind = 'calendar' AND c.id = g.body->'shifts'->>0
   WHERE g.tenant_id = ${tenant} AND g.kind = 'agent' AND g.id = ${person}`;

/**
 * The absences of a tenant, by the desk document and by the people themselves. A deputy who has left the desk since
 * is left out: nobody would read what he or she is told.
 */
export const absencesAsSaid = (tenant: string): string => `
  SELECT s.person AS "personId", s.source,
    CASE WHEN s.away ? 'deputy' AND NOT ${isKnown(tenant, `s.away->>'deputy'`)} THEN s.away - 'deputy' ELSE s.away END AS away,
    (${zoneOf(tenant, 's.person')}) AS zone
  FROM (
    SELECT p.body->>'personId' AS person, 'desk' AS source, p.body - 'personId' AS away
    FROM desk_part p WHERE p.tenant_id = ${tenant} AND p.kind = 'absence' AND p.body IS NOT NULL
    UNION ALL
    SELECT o.person_id, 'person', item FROM own_absence o CROSS JOIN LATERAL jsonb_array_elements(o.said) AS item
    WHERE o.tenant_id = ${tenant}
  ) s WHERE ${isKnown(tenant, 's.person')}
  ORDER BY 1, s.away->>'from'`;

/** True when anybody is, was or will be away: then it matters to all what becomes of agents. */
export const someAreAway = async (tx: Transaction, tenant: string): Promise<boolean> => {
  const [row] = await tx.query<{ some: boolean }>(
    `SELECT EXISTS (SELECT FROM own_absence WHERE tenant_id = $1 AND said <> '[]') OR
       EXISTS (SELECT FROM desk_part WHERE tenant_id = $1 AND kind = 'absence' AND body IS NOT NULL) AS some`,
    [tenant],
  );
  return row!.some;
};

export type ShownAbsence = Away & Pick<SaidAbsence, 'source'>;

const rowsOf = (tx: Transaction, tenant: string, person: string) =>
  tx.query<SaidAbsence>(`SELECT * FROM (${absencesAsSaid('$1')}) said WHERE "personId" = $2`, [tenant, person]);

/** When the person is away, as the desk document and he or she say. */
export const absencesOfPerson = async (tx: Transaction, tenant: string, person: string): Promise<ShownAbsence[]> =>
  (await rowsOf(tx, tenant, person)).map(({ away, source }) => ({ ...away, source }));

const knownAmong = async (tx: Transaction, tenant: string, people: readonly string[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(
    `SELECT DISTINCT id FROM desk_part WHERE tenant_id = $1 AND kind IN ('agent', 'management') AND id = ANY($2::text[])
       AND body IS NOT NULL`,
    [tenant, people],
  );
  return new Set(rows.map(({ id }) => id));
};

const refuse = (fields: readonly { path: string; message: string }[]): void => {
  if (fields.length === 0) return;
  throw new DomainError('absence_invalid', `${fields[0]!.path}: ${fields[0]!.message}.`, 'refused', {
    fields: [...fields],
  });
};

type Check = { readonly person: string; readonly zone: string; readonly known: ReadonlySet<string> };

/** Everything that is wrong with what the person says, among what is said of all others and by the desk. */
const faultsOf = (items: readonly Away[], { absences }: Desk, { person, zone, known }: Check) => {
  const theirs = absences.filter(({ personId, source }) => personId !== person || source === 'desk');
  const zones = items.map((item) => item.zone === undefined || zoneExists(item.zone));
  const own = items.map((item, index) =>
    zones[index] ? absenceOf({ personId: person, source: 'person' }, item, zone) : null,
  );
  return items.flatMap(({ deputy, zone: named }, index) => {
    const absence = own[index];
    const unknown = { field: 'deputy', message: `there is no agent ${deputy}, and nobody of management of that name` };
    const others = [...theirs, ...own.flatMap((other) => (other && other !== absence ? [other] : []))];
    const wrong = [
      ...(deputy !== undefined && !known.has(deputy) ? [unknown] : []),
      ...(absence ? wrongWith(absence, others) : [zoneFault(named!)]),
    ];
    return wrong.map(({ field, message }) => ({ path: `items.${index}.${field}`, message }));
  });
};

type Saying = { readonly by: Caller; readonly person: string; readonly items: readonly Away[] };

/** Refuses who may neither see nor say when another person is away: `lead_only`. */
const requireLeadOf = async (tx: Transaction, { by, person, items }: Saying, desk: Desk): Promise<void> => {
  if (person === by.subject || isLeadOfAll(by)) return;
  const teams = await teamsOf(tx, by.tenant, person);
  const namesDeputy = items.some(({ deputy }) => deputy !== undefined);
  const known = await acquaintanceOf(tx, by);
  const isStranger = known !== 'all' && !known.has(person);
  const why = isStranger
    ? `${person} is in no team that ${by.subject} leads`
    : whyNotToNote(by.subject, { personId: person, teams, namesDeputy }, desk, tx.now);
  if (why === null) return;
  throw new DomainError('lead_only', `Only a lead may say when ${person} is away: ${why}.`, 'forbidden');
};

/** When somebody is away, for a lead. Throws `lead_only`. */
export const absencesForLead = async (
  tx: Transaction,
  by: Caller,
  person: string,
  desk: Desk,
): Promise<ShownAbsence[]> => {
  await requireLeadOf(tx, { by, person, items: [] }, desk);
  return absencesOfPerson(tx, by.tenant, person);
};

/**
 * Notes when somebody is away, in place of what he or she said before; what the desk document says stays.
 * Throws `lead_only`, `agent_absent` and `absence_invalid`.
 */
export const sayAbsences = (
  commands: Commands,
  deskOf: (tx: Transaction, tenant: string) => Promise<Desk>,
  saying: Saying,
): Promise<ShownAbsence[]> =>
  commands.within({ by: saying.by }, async (tx) => {
    const { by, person, items } = saying;
    const { tenant } = by;
    await lockDesk(tx, tenant);
    const desk = await deskOf(tx, tenant);
    await requireLeadOf(tx, saying, desk);
    const known = await knownAmong(tx, tenant, [person, ...items.flatMap(({ deputy }) => deputy ?? [])]);
    if (!known.has(person)) throw new DomainError('agent_absent', `The desk does not know ${person}.`, 'refused');
    const [shift] = await tx.query<{ zone: string }>(zoneOf('$1', '$2'), [tenant, person]);
    refuse(faultsOf(items, desk, { person, zone: shift?.zone ?? 'Etc/UTC', known }));
    if (await keepSaid(tx, by, person, items)) await renewDesk(tx, [tenant]);
    return absencesOfPerson(tx, tenant, person);
  });
