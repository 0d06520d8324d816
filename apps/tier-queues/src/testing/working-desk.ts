import type { Fact, Problem, Role } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  type Envelope,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { tierQueues } from '../app.module.ts';
import type { Place } from '../domain/desk.ts';
import { deskBody, opened, routed, serviceDesk } from '../domain/example.ts';

export const person = (subject: string, role: Role = 'agent', tenant = 'acme'): TestPerson => ({
  subject,
  roles: [role],
  tenant,
});

type Answer<T> = { status: number; body: T & Problem };

/** The service with the example's desk in it, and what specs do there as agents. */
export const startDesk = async (variables: Record<string, string> = {}) => {
  const service: ServiceUnderTest = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '600', ...variables });
  await service.request('PUT', '/desk', { as: person('omar', 'admin'), body: deskBody });
  const ask = async <T>(method: string, path: string, as: TestPerson, body?: unknown, headers = {}) => {
    const { status, body: told } = await service.request(method, path, { as, body, headers });
    return { status, body: told } as Answer<T>;
  };
  const tell = (id: string, fact: Fact, envelope: Partial<Envelope> = {}) =>
    send([recordOf(service.prefix, fact, { subject: id, actor: 'requester:anna', ...envelope })]);
  const stateOf = async (id: string) =>
    (await service.database.query<{ state: string }>('SELECT state FROM ticket WHERE id = $1', [id]))[0]?.state;
  return {
    service,
    ask,
    tell,
    stateOf,
    get: <T>(path: string, as: TestPerson) => ask<T>('GET', path, as),
    act: (id: string, verb: string, as: TestPerson, body: unknown = {}, headers = {}) =>
      ask<{ sequence: number; state: string }>('POST', `/tickets/${id}/${verb}`, as, body, headers),
    /** A ticket that waits in the queue of this place. */
    ticket: async (place: Place = serviceDesk, fact: Fact = opened, envelope: Partial<Envelope> = {}) => {
      const id = uuidv7();
      await tell(id, fact, envelope);
      await tell(id, routed(place), envelope);
      await eventually(async () => expect(await stateOf(id)).toBe('QUEUED'));
      return id;
    },
  };
};
export type WorkingDesk = Awaited<ReturnType<typeof startDesk>>;
