import { HttpCode, HttpStatus, Post, applyDecorators } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Allow, AnswersAlike, InvalidInput, Refuses } from '@tierline/service';
import { z } from 'zod';
import type { AgentAct, Doer } from '../domain/command.ts';
import { isLeadOfAll } from '../leads.ts';
import type { AgentRequest, TicketAnswer } from '../tickets.ts';

export const TicketIdParameter = z
  .uuid('the ticket id in the address is not a UUID')
  .transform((id) => id.toLowerCase());

/** A ticket that a body names. */
export const TicketId = z.uuid('is not the id of a ticket').transform((id) => id.toLowerCase());

/** A body without fields; it may be left out. */
export const Nothing = z.strictObject({}).default({}).meta({ example: {} });
export type Nothing = z.infer<typeof Nothing>;

/** The ticket of the examples. */
export const exampleId = '019a0000-0000-7000-8000-000000000010';

/** Another one. */
export const otherExampleId = '019a0000-0000-7000-8000-000000000011';

/** A ticket that its owner works on, as commands answer. */
export const exampleAnswer: TicketAnswer = {
  id: exampleId,
  sequence: 7,
  state: 'IN_PROGRESS',
  queue: 'service-desk',
  owner: 'tom.first',
};

const waiting = { state: 'QUEUED', owner: null } as const;
const childAnswer = { id: otherExampleId, number: 1043, done: true, code: null, detail: null };

/** What else than a ticket that its owner works on the command leaves behind. */
const left: Readonly<Record<string, Partial<TicketAnswer>>> = {
  claim: { state: 'ASSIGNED' },
  assign: { state: 'ASSIGNED' },
  'accept-hand-over': { state: 'ASSIGNED', queue: 'messaging', owner: 'ida.second' },
  release: waiting,
  transfer: { ...waiting, queue: 'network' },
  escalate: { ...waiting, queue: null },
  return: waiting,
  hold: { state: 'PENDING' },
  resolve: { state: 'RESOLVED', children: [childAnswer] },
  reply: { children: [childAnswer] },
  'add-children': { children: [childAnswer] },
  reopen: waiting,
  spam: { state: 'SPAM', owner: null },
  cancel: { state: 'CANCELLED' },
  merge: { state: 'MERGED', owner: null },
  unmerge: waiting,
  split: { newTicketId: '019a0000-0000-7000-8000-000000000012' },
};

/** A command on one ticket: `POST /tickets/:id/<verb>`, answered with its new state and sequence. */
export const TicketCommand = (verb: string, summary: string, ...codes: string[]) =>
  applyDecorators(
    Post(`tickets/:id/${verb}`),
    HttpCode(HttpStatus.OK),
    Allow('ticket.work'),
    ApiOperation({ summary }),
    AnswersAlike<TicketAnswer>({ ...exampleAnswer, ...left[verb] }),
    Refuses('ticket_absent', 'wrong_state', ...codes),
  );

/** Why an agent may not take a ticket. */
export const ineligible = [
  'skill_missing',
  'certificate_missing',
  'certificate_expired',
  'off_shift',
  'away',
  'capacity_full',
] as const;

export const doerOf = (by: Caller): Doer => ({ agentId: by.subject, lead: isLeadOfAll(by) });

/** What an agent does, but for who does it. */
export type Unsigned<A> = A extends AgentAct ? Omit<A, 'by'> : never;

type Asked = { by: Caller; id: string; key: string | undefined; expected: number | undefined };

/** The request of the caller; a repeat under the same key is the same request when verb, ticket and body are. */
export const requestOf = ({ by, id, key, expected }: Asked, body: object, act: Unsigned<AgentAct>): AgentRequest => ({
  by,
  id,
  act: { ...act, by: doerOf(by) },
  expected,
  idempotency: key === undefined ? undefined : { key, body: { command: act.type, id, body } },
});

/** Comma-separated words of a query parameter. */
export const listOf = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item).min(1));

/** The paging parameters of a list. */
export const paging = (most: number) => ({
  limit: z.coerce.number().int().min(1).max(most).default(50),
  after: z.string().max(500).optional(),
});

/** Refuses a path and a body that name two things. */
export const requireSame = (path: string, inPath: string, inBody: string | undefined): void => {
  if (inBody !== undefined && inBody !== inPath)
    throw new InvalidInput([{ path, message: `is ${inBody} here and ${inPath} in the address` }]);
};
