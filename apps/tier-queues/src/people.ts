import { Controller } from '@nestjs/common';
import { PersonChanged, type EventOf } from '@tierline/contracts';
import { On, type Batch, type Task } from '@tierline/messaging';

type KnownPerson = { readonly tenant: string; readonly personId: string; readonly name: string };

/** Keeps the latest name of each person, for lists. */
const knownPeople: Batch<KnownPerson> = {
  run: async (tx, people) => {
    const latest = new Map(people.map((person) => [`${person.tenant} ${person.personId}`, person]));
    const rows = [...latest.values()].map(({ tenant, personId, name }) => ({
      tenant_id: tenant,
      person_id: personId,
      name,
    }));
    await tx.query(
      `INSERT INTO person (tenant_id, person_id, name)
       SELECT tenant_id, person_id, name FROM jsonb_to_recordset($1::jsonb) AS p(tenant_id text, person_id text, name text)
       ORDER BY tenant_id, person_id
       ON CONFLICT (tenant_id, person_id) DO UPDATE SET name = excluded.name WHERE person.name <> excluded.name`,
      [JSON.stringify(rows)],
    );
  },
};

@Controller()
export class PersonEvents {
  @On(PersonChanged)
  person({ tenant, data }: EventOf<typeof PersonChanged>): Task {
    return { batch: knownPeople, work: { tenant, personId: data.personId, name: data.name } satisfies KnownPerson };
  }
}
