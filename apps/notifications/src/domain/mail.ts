import type { MailTemplate } from '@tierline/contracts';

export type MailFacts = {
  readonly template: MailTemplate;
  /** The ticket's number and subject. */
  readonly number: number;
  readonly subject: string;
  /** The requester's name. */
  readonly name: string;
  /** What the agent wrote: the reply or the solution. */
  readonly text: string | null;
};

/** Text without line breaks, fit for a subject. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** How a ticket is called in mails; replies are recognised by it. */
export const reference = (number: number): string => `[T-${number}]`;

const bodies: Readonly<Record<MailTemplate, (facts: MailFacts) => readonly string[]>> = {
  opened: ({ number, subject }) => [
    `we received your request and it has the number T-${number}:`,
    `    ${oneLine(subject)}`,
    'It is in our queue now. You will hear from us as soon as somebody works on it.',
  ],
  answered: ({ number, text }) => [`there is an answer to your request T-${number}:`, text ?? ''],
  resolved: ({ number, text }) => [
    `your request T-${number} is solved:`,
    text ?? '',
    'If it works, confirm it in the portal, or do nothing: the request closes by itself.',
    'If it does not work, reject the solution in the portal, and we go on.',
  ],
};

/** Subject and plain text of a mail to the requester. */
export const mailOf = (facts: MailFacts): { readonly subject: string; readonly text: string } => ({
  subject: `${reference(facts.number)} ${oneLine(facts.subject)}`,
  text: [`Hello ${oneLine(facts.name)},`, ...bodies[facts.template](facts), 'Your help desk'].join('\n\n').concat('\n'),
});
