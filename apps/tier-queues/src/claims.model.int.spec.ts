import fc from 'fast-check';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

// Many claim at once, from one database: each ticket has one winner at most, and nobody gets what he or she may not take.

const tenant = 'acme';
const skills = ['mail', 'vpn', 'sap'] as const;
type Skill = (typeof skills)[number];
const most = 32;

type Waiting = { readonly queue: number; readonly priority: number; readonly needs: readonly Skill[] };
type Claimer = { readonly queues: readonly number[]; readonly knows: readonly Skill[] };

const someSkills = fc.subarray([...skills]);
const waiting = fc.record<Waiting>({
  queue: fc.nat(2),
  priority: fc.integer({ min: 1, max: 4 }),
  needs: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: someSkills }),
});
const claimer = fc.record<Claimer>({ queues: fc.subarray([0, 1, 2], { minLength: 1 }), knows: someSkills });
const situation = fc.record({
  tickets: fc.array(waiting, { minLength: 1, maxLength: 24 }),
  claimers: fc.array(claimer, { minLength: most, maxLength: most }),
});

const agentId = (index: number) => `claimer-${index}`;
const queues = [0, 1, 2].map((n) => ({ queue: `queue-${n}`, name: `Queue ${n}`, tier: 'tier-1', team: `team-${n}` }));

const mayTake = ({ queues: own, knows }: Claimer, { queue, needs }: Waiting) =>
  own.includes(queue) && needs.every((skill) => knows.includes(skill));

let desk: WorkingDesk;
let pattern: string;

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
  pattern = await desk.ticket();
});
afterAll(() => desk?.service.stop());

const setUp = async (claimers: readonly Claimer[]) => {
  const { status } = await desk.ask('PUT', '/desk', person('omar', 'admin'), {
    tiers: [{ tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' }],
    queues: [{ queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'service-desk' }, ...queues],
    skills: skills.map((skill) => ({ skill, name: skill })),
    agents: claimers.map(({ queues: own, knows }, index) => ({
      agentId: agentId(index),
      name: agentId(index),
      teams: own.map((queue) => `team-${queue}`),
      skills: knows.map((skill) => ({ skill, level: 2 })),
    })),
  });
  expect(status).toBe(200);
};

/** Tickets as the service writes them, each in its queue with its needs; gives their ids. */
const queueUp = async (tickets: readonly Waiting[]): Promise<string[]> => {
  const { database } = desk.service;
  await database.query(`DELETE FROM ticket WHERE tenant_id = $1 AND id <> $2`, [tenant, pattern]);
  const [names] = await database.query<{ columns: string }>(
    `SELECT string_agg(attname, ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = 'ticket'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
  );
  const { columns } = names!;
  const rows = await database.query<{ id: string }>(
    `INSERT INTO ticket (${columns}) SELECT ${columns.replaceAll(/(\w+)/g, 'copy.$1')}
     FROM jsonb_to_recordset($2::jsonb) AS w(nth int, queue int, priority int, needs text[])
     JOIN ticket t ON t.id = $1
     CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', 1000 + nth,
       'queue', 'queue-' || w.queue, 'team', 'team-' || w.queue, 'priority', 'P' || w.priority,
       'queued_at', t.queued_at + nth * interval '1 ms',
       'lane', 'queue-' || w.queue || '|' ||
         (SELECT coalesce(string_agg('skill ' || skill || ' 1', ',' ORDER BY skill), '') FROM unnest(w.needs) AS skill),
       'body', t.body || jsonb_build_object('place', t.body->'place' ||
           jsonb_build_object('queue', 'queue-' || w.queue, 'team', 'team-' || w.queue),
         'needs', jsonb_build_object('queue', 'queue-' || w.queue, 'certifications', '[]'::jsonb, 'assignment', NULL,
           'skills', (SELECT coalesce(jsonb_agg(jsonb_build_object('skill', skill)), '[]') FROM unnest(w.needs) AS skill)))
       )) AS copy ORDER BY nth RETURNING id`,
    [pattern, JSON.stringify(tickets.map((ticket, nth) => ({ nth, ...ticket })))],
  );
  return rows.map(({ id }) => id);
};

type Claimed = { ticket: { id: string; owner: string } | null };

it('gives each ticket to one of those who may take it, whatever 32 do at once', async () => {
  await fc.assert(
    fc.asyncProperty(situation, async ({ tickets, claimers }) => {
      await setUp(claimers);
      const ids = await queueUp(tickets);
      const claim = async (index: number) => {
        const { status, body } = await desk.ask<Claimed>('POST', '/claim-next', person(agentId(index)), {});
        expect(status).toBe(200);
        return body.ticket;
      };
      const won = await Promise.all(claimers.map((_, index) => claim(index)));
      const taken = won.flatMap((ticket, index) => (ticket ? [{ ...ticket, index }] : []));
      expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
      for (const { id, owner, index } of taken) {
        expect(owner).toBe(agentId(index));
        expect(mayTake(claimers[index]!, tickets[ids.indexOf(id)]!)).toBe(true);
      }
      // One after the other they now get the rest, down to what none of them may take.
      const left = new Set(ids.filter((id) => taken.every((ticket) => ticket.id !== id)));
      for (const [index, one] of claimers.entries()) {
        const open = [...left].filter((id) => mayTake(one, tickets[ids.indexOf(id)]!));
        const next = await claim(index);
        if (open.length === 0) expect(next).toBeNull();
        else {
          const urgent = Math.min(...open.map((id) => tickets[ids.indexOf(id)]!.priority));
          expect(open).toContain(next?.id);
          expect(tickets[ids.indexOf(next!.id)]!.priority).toBe(urgent);
          left.delete(next!.id);
        }
        if (left.size === 0) break;
      }
      const owned = await desk.service.database.query(`SELECT 1 FROM ticket WHERE owner IS NOT NULL`);
      expect(owned.length).toBe(ids.length - left.size);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});
