import { AgentReplied, TicketOpened, TicketResolved, type Fact, type Received } from '@tierline/contracts';
import { v7 as uuidv7 } from 'uuid';

/** A person with a mailbox that no other spec uses. */
export const somebody = () => {
  const personId = `p-${uuidv7()}`;
  return { personId, name: 'Anna Berg', email: `${personId}@acme.example` };
};

type Envelope = { subject: string } & Partial<Omit<Received, 'data' | 'type' | 'subject'>>;

/** A ticket of a tenant, whose events `recordOf` makes into records. */
export const ticketOf = <R>(recordOf: (fact: Fact, envelope: Envelope) => R, requesterId: string, tenant = 'acme') => {
  const subject = uuidv7();
  let sequence = 0;
  const record = (fact: Fact, more: Partial<Envelope> = {}) =>
    recordOf(fact, { subject, tenant, sequence: (sequence += 1), ...more });
  return {
    id: subject,
    record,
    opened: (more: Partial<Envelope> = {}) =>
      record(TicketOpened({ ...TicketOpened.example, requesterId, openedBy: requesterId }), more),
    answered: (text: string) => record(AgentReplied({ ...AgentReplied.example, text })),
    resolved: (solution: string) => record(TicketResolved({ ...TicketResolved.example, solution })),
  };
};

/** The mails in a mailbox of the mail server whose API this is, as they came over the wire. */
export const mailsOf = async (mailApiUrl: string, address: string): Promise<string[]> => {
  const response = await fetch(`${mailApiUrl}/api/user/${address}/messages/INBOX`);
  if (!response.ok) return [];
  const messages = (await response.json()) as { mimeMessage: string }[];
  return messages.map(({ mimeMessage }) => mimeMessage.replaceAll('=\r\n', ''));
};
