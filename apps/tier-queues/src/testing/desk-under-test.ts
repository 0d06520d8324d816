import { TicketOpened, type Fact, type Problem, type Role } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type Envelope,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { tierQueues } from '../app.module.ts';
import type { Place } from '../domain/desk.ts';
import { deskBody, opened, routed, serviceDesk } from '../domain/example.ts';
import type { Entry } from '../ticket-view.ts';

export const person = (subject: string, role: Role = 'agent'): TestPerson => ({
  subject,
  roles: [role],
});
export const [tom, una, ida, lea] = [person('tom'), person('una'), person('ida'), person('lea', 'lead')];
/** A lead of another tenant. */
export const foreigner: TestPerson = { ...lea, tenant: 'globex' };

type Shown = Problem & Record<string, never> & { state: string; sequence: number; timeline: Entry[] };
type Listed = { items: { id: string }[]; next: string | null };

/** The service with the small desk of the specs, and what specs do with it over HTTP and Kafka. */
export const startDesk = async (variables: Record<string, string> = {}) => {
  const service = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '600', ...variables });
  const topic = await subscribe(service.prefix);
  await service.request('PUT', '/desk', { as: person('omar', 'admin'), body: deskBody });
  let number = 80_000;

  const get = async (path: string, as = lea) => {
    const answer = await service.request('GET', path, { as });
    return { ...answer, body: answer.body as Shown & Listed };
  };
  const tell = (id: string, fact: Fact, envelope: Partial<Envelope> = {}) =>
    send([recordOf(service.prefix, fact, { subject: id, actor: 'requester:anna', ...envelope })]);
  const untilState = (id: string, expected: object) =>
    eventually(async () => expect((await get(`/tickets/${id}`)).body).toMatchObject(expected));
  const openTicket = (id: string, more: object = {}) =>
    tell(id, TicketOpened({ ...opened.data, number: (number += 1), ...more }));

  return {
    service,
    get,
    tell,
    untilState,
    openTicket,
    /** A ticket that waits in the queue; gives its id. */
    newTicket: async (more: object = {}, place: Place = serviceDesk) => {
      const id = uuidv7();
      await openTicket(id, more);
      await tell(id, routed(place));
      await untilState(id, { state: 'QUEUED' });
      return id;
    },
    act: async (id: string, verb: string, as: TestPerson, body: unknown = {}, headers = {}) => {
      const answer = await service.request('POST', `/tickets/${id}/${verb}`, { as, body, headers });
      return { ...answer, body: answer.body as Shown };
    },
    /** What this service published about the ticket, by the short names of its events. */
    told: (id: string) =>
      topic
        .about(id)
        .filter(({ source }) => source === '/tier-queues')
        .map(({ type }) => type.split('.').at(-2)),
    /** Lets the timers of the ticket fall due. */
    hurry: (id: string) =>
      service.database.query('UPDATE timer SET next_try = now(), due = now() WHERE ticket_id = $1', [id]),
    stop: async () => {
      await topic.close();
      await service.stop();
    },
  };
};
