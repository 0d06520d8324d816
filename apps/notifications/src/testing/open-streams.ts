import { TicketOpened, type Fact } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  testParts,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from '../app.module.ts';
import { readStream, type OpenStream } from './stream-reader.ts';

export const tom: TestPerson = { subject: 'tom', roles: ['agent'] };
export const una: TestPerson = { subject: 'una', roles: ['agent'] };
export const partner: TestPerson = { subject: 'pat', roles: ['partner-agent'] };
export const anna: TestPerson = { subject: 'anna', roles: ['requester'] };
export const ben: TestPerson = { subject: 'ben', roles: ['requester'] };
export const foreigner: TestPerson = { subject: 'tom', roles: ['agent'], tenant: 'globex' };

/** What a stream told of a ticket. */
export const told = (stream: OpenStream, id: string) =>
  stream
    .of('ticket')
    .filter(({ ticket }) => ticket === id)
    .map(({ type }) => type);

/** Starts the service with a quick heartbeat. `closeAll` ends the streams that were opened since. */
export const startStreams = async () => {
  const mail = { SMTP_URL: testParts().smtpUrl, MAIL_FROM: 'Desk <desk@acme.example>' };
  const service: ServiceUnderTest = await startUnderTest(notifications, { ...mail, STREAM_HEARTBEAT_SECONDS: '0.3' });
  const streams: OpenStream[] = [];
  return {
    service,
    open: async (as: TestPerson, from?: string, url = service.url) => {
      const stream = await readStream(`${url}/stream`, as, from);
      streams.push(stream);
      if (stream.status === 200) await eventually(() => expect(stream.of('hello')).toHaveLength(1));
      return stream;
    },
    ticketOf: (requesterId: string) => {
      const id = uuidv7();
      let sequence = 0;
      const tell = (...facts: Fact[]) =>
        send(facts.map((fact) => recordOf(service.prefix, fact, { subject: id, sequence: (sequence += 1) })));
      return { id, tell, opened: () => tell(TicketOpened({ ...TicketOpened.example, requesterId })) };
    },
    closeAll: async () => {
      for (const stream of streams.splice(0)) await stream.close();
    },
  };
};
export type Streams = Awaited<ReturnType<typeof startStreams>>;
