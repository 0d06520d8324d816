import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import type { Outcome } from '../domain/delivery.ts';
import { mailOf } from '../domain/mail.ts';
import { staffMailOf, type StaffNews } from '../domain/staff-mail.ts';
import type { Claimed } from './claims.ts';

const overallMilliseconds = 40_000;
/** A mail waits for several answers of the mail server, so that only many at once make many a second. */
const connections = 10;

/** Who a message id belongs to: the domain of the sender's address. */
const domainOf = (from: string): string => /@([^\s>@]+)>?\s*$/.exec(from)?.[1] ?? 'tierline.invalid';

type SmtpError = Error & { code?: string; command?: string; responseCode?: number; response?: string };

/**
 * A refusal of the recipient or of the message is for good when its code is 5xx (RFC 5321, 4.2.1).
 * A refusal of us, such as a failed log-in, is a matter of set-up that somebody will mend.
 */
const outcomeOf = (error: SmtpError): Outcome => {
  const { code = 'unknown', responseCode, response, message } = error;
  const ofMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const status = responseCode ? { status: responseCode } : {};
  if (ofMessage && responseCode && responseCode >= 500)
    return { kind: 'impossible', reason: response ?? message, ...status };
  return { kind: 'refused', reason: response ?? `the mail server cannot be reached (${code})`, ...status };
};

const who = ({ channel, personId }: Claimed): string =>
  channel === 'staff' ? (personId ?? 'nobody') : 'the requester';

const newsIn = ({ body, along }: Claimed): StaffNews[] =>
  [body!, ...along.map((other) => other.body)].map((text) => JSON.parse(text) as StaffNews);

/** Mails over SMTP, plain text: to requesters, one thread per ticket, and to the desk's own people. */
export class MailChannel implements OnApplicationShutdown {
  private readonly transport;
  private readonly domain: string;

  constructor(
    smtpUrl: string,
    private readonly from: string,
    private readonly desk: string | undefined,
  ) {
    this.domain = domainOf(from);
    this.transport = createTransport({
      url: smtpUrl,
      pool: true,
      maxConnections: connections,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    });
  }

  /** Sends one mail; resolves with what the mail server made of it. */
  async send(claimed: Claimed, signal: AbortSignal): Promise<Outcome> {
    const { personKnown, personName, email } = claimed;
    if (!personKnown) return { kind: 'unready', reason: `the contact data of ${who(claimed)} is not known here` };
    if (!email) return { kind: 'impossible', reason: `${who(claimed)} has no e-mail address` };
    const timer = new AbortController();
    const late = sleep(overallMilliseconds, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).then(
      () => 'ETIMEDOUT',
      () => 'ABORTED',
    );
    const sent = this.transport
      .sendMail(this.messageOf(claimed, { name: personName ?? email, address: email }))
      .then((): Outcome => ({ kind: 'taken' }), outcomeOf);
    const slow = late.then((code): Outcome => outcomeOf(Object.assign(new Error(code), { code })));
    try {
      return await Promise.race([sent, slow]);
    } finally {
      timer.abort();
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }

  private messageOf(claimed: Claimed, to: { name: string; address: string }) {
    return {
      from: this.from,
      to,
      messageId: `<${claimed.id}@${this.domain}>`,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      ...(claimed.channel === 'staff'
        ? staffMailOf(to.name, newsIn(claimed), this.desk)
        : this.toRequester(claimed, to.name)),
    };
  }

  private toRequester(claimed: Claimed, name: string) {
    const { ticketId, template, ticketNumber, ticketSubject, body } = claimed;
    const thread = `<ticket.${ticketId}@${this.domain}>`;
    return {
      inReplyTo: thread,
      references: [thread],
      ...mailOf({ template: template!, number: ticketNumber!, subject: ticketSubject!, name, text: body }),
    };
  }
}
