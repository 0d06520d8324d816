import { oneLine } from './mail.ts';

/** What one person of the desk is told about one ticket. */
export type StaffNews = {
  /** Absent in what was written before mails had links. */
  readonly ticketId?: string;
  readonly number: number;
  readonly subject: string;
  readonly text: string;
};

const titleOf = (news: readonly StaffNews[]): string => {
  const numbers = [...new Set(news.map(({ number }) => number))];
  const [first] = news;
  return numbers.length === 1
    ? `T-${first!.number}: ${oneLine(first!.subject)}`
    : `${numbers.length} tickets need a look: ${numbers
        .slice(0, 5)
        .map((number) => `T-${number}`)
        .join(', ')}${numbers.length > 5 ? ' …' : ''}`;
};

/**
 * Subject and plain text of a mail to somebody of the desk; one mail may tell of several tickets, each with a link to
 * it where the desk's address is known. The ticket's
 * reference is not in it: an answer to such a mail is no word of the requester.
 */
export const staffMailOf = (name: string, news: readonly StaffNews[], desk?: string) => {
  const byTicket = [...Map.groupBy(news, ({ ticketId, number }) => ticketId ?? number).values()];
  const parts = byTicket.map((some) => {
    const { number, subject, ticketId } = some[0]!;
    const link = desk === undefined || ticketId === undefined ? [] : [`${desk}/tickets/${ticketId}`];
    return [`T-${number}  ${oneLine(subject)}`, ...some.map(({ text }) => text), ...link].join('\n');
  });
  return {
    subject: titleOf(news),
    text: [`Hello ${oneLine(name)},`, ...parts, 'Tierline'].join('\n\n').concat('\n'),
  };
};
