import { Body, Controller, Delete, Get, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { DomainError, type Role } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, InvalidInput, Refuses } from '@tierline/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Reader } from '../stream/frames.ts';
import { LiveStream } from '../stream/live-stream.ts';
import { leaveTicket, ofOwnTeams, presentAt, showPresence } from '../stream/presence.ts';

const wholeDesk: readonly Role[] = ['agent', 'lead', 'admin', 'auditor'];
const longestTimer = 2_147_483_647;

const Ticket = z.uuid('is not a ticket id').transform((id) => id.toLowerCase());
const Tickets = z
  .string()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(Ticket).min(1).max(200));
const Showing = z
  .strictObject({
    connection: z.uuid(),
    doing: z.enum(['looking', 'writing', 'away']),
    kind: z.enum(['reply', 'note', 'hand-over', 'return', 'resolve']).optional(),
  })
  .refine(({ doing, kind }) => kind === undefined || doing === 'writing', {
    path: ['kind'],
    message: 'belongs to `writing` only',
  })
  .meta({ example: { connection: '019a0000-0000-7000-8000-000000000007', doing: 'writing', kind: 'reply' } });
const Leaving = z.strictObject({ connection: z.uuid() });

const ticket = '019a0000-0000-7000-8000-000000000010';
const connection = '019a0000-0000-7000-8000-000000000007';

const positionOf = (request: FastifyRequest): string | null => {
  const sent = request.headers['last-event-id'];
  if (sent === undefined || sent === '') return null;
  if (typeof sent === 'string' && /^\d{1,19}$/.test(sent)) return sent;
  throw new InvalidInput([{ path: 'Last-Event-ID', message: 'is not a position of this stream' }]);
};

const isWholeDesk = ({ roles }: Caller) => roles.some((role) => wholeDesk.includes(role));

/** What screens follow: hints of what happens, and who else is there. */
@ApiTags('stream')
@Controller()
export class StreamController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LiveStream) private readonly live: LiveStream,
  ) {}

  @Get('stream')
  @Allow('stream.read')
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The `id` of the last event that you got: the stream goes on from there, in whichever process.',
  })
  @ApiOperation({
    summary: 'What happens, as server-sent events, while it happens.',
    description:
      '`hello {connection, now, resumed}` greets; `ticket {ticket, source, sequence, type, at, changed}` is a hint: patch the row, ' +
      'drop it when you have seen that sequence of that source; `presence {ticket, people}` comes for tickets that you are at; ' +
      '`heartbeat {now, lagMilliseconds, eventsBehind}` comes every 15 seconds with the time of the server; `reconnect {reason, ' +
      'afterMilliseconds}` ends the stream (`shutdown`, `slow-reader`, `token-expired`, `presence-lost`, `teams-changed`). Hints come at least ' +
      'once. Agents follow the desk of their tenant, a partner’s agents the tickets of their teams, requesters the public ' +
      'events of their own tickets. Ten minutes are kept; 410 means: read your lists again and connect anew.',
  })
  @Refuses('stream_window_passed', 'too_many_streams', 'not_now')
  async stream(@By() by: Caller, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const position = positionOf(request);
    const { connection, greeting } = await this.live.admit(by, await this.readerOf(by), position);
    reply.hijack();
    const { raw } = reply;
    const untilExpiry = setTimeout(
      () => connection.end('token-expired'),
      Math.min(longestTimer, Math.max(0, by.expiresAt - Date.now())),
    );
    raw.once('close', () => {
      clearTimeout(untilExpiry);
      void this.live.left(connection);
    });
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      // Nothing else travels on this connection, and its end is the end of the stream.
      connection: 'close',
      'x-accel-buffering': 'no',
      'x-correlation-id': request.id,
    });
    // The reader may have gone while it was let in.
    if (raw.destroyed) await this.live.left(connection);
    else connection.begin(raw, greeting);
  }

  @Get('presence')
  @Allow('presence.show')
  @ApiOperation({ summary: 'Who is at these tickets, and whether somebody writes; at most 200, comma-separated.' })
  @Answers({
    items: [
      {
        ticket,
        connection,
        person: 'tom.first',
        name: 'Tom First',
        doing: 'writing',
        kind: 'reply',
        since: '2026-01-05T09:30:00.000Z',
      },
    ],
    next: null,
  })
  async present(@By() by: Caller, @Query({ schema: z.strictObject({ ticket: Tickets }) }) query: { ticket: string[] }) {
    const tickets = await this.seenOf(by, query.ticket);
    return { items: await presentAt(this.database, by.tenant, tickets), next: null };
  }

  @Put('presence/:ticket')
  @Allow('presence.show')
  @ApiOperation({
    summary: 'Show that you are at a ticket, and what you do there.',
    description: 'It lasts as long as the stream whose `hello` gave the connection, or until you leave.',
  })
  @Answers({ ticket, connection, doing: 'writing', kind: 'reply' })
  @Refuses('ticket_absent', 'connection_absent', 'too_many_tickets')
  async show(
    @By() by: Caller,
    @Param('ticket', { schema: Ticket }) ticket: string,
    @Body({ schema: Showing }) { connection, doing, kind }: z.infer<typeof Showing>,
  ) {
    if ((await this.seenOf(by, [ticket])).length === 0)
      throw new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
    return this.database.asTenant(by.tenant, (tx) =>
      showPresence(tx, by.tenant, by.subject, { ticket, connection, doing, kind: kind ?? null }),
    );
  }

  @Delete('presence/:ticket')
  @Allow('presence.show')
  @ApiOperation({ summary: 'Leave a ticket.' })
  @Answers({ ticket, connection, left: true })
  @Refuses('connection_absent')
  leave(
    @By() by: Caller,
    @Param('ticket', { schema: Ticket }) ticket: string,
    @Query({ schema: Leaving }) { connection }: z.infer<typeof Leaving>,
  ) {
    return this.database.asTenant(by.tenant, (tx) => leaveTicket(tx, by.subject, connection, ticket));
  }

  private seenOf(by: Caller, tickets: readonly string[]): Promise<readonly string[]> {
    return isWholeDesk(by) ? Promise.resolve(tickets) : ofOwnTeams(this.database, by.tenant, by.subject, tickets);
  }

  private async readerOf(by: Caller): Promise<Reader> {
    const { tenant, subject: person } = by;
    if (isWholeDesk(by)) return { tenant, person, sees: 'desk', teams: [] };
    if (!by.roles.includes('partner-agent')) return { tenant, person, sees: 'own', teams: [] };
    const rows = await this.database.query<{ teams: string[] }>(
      'SELECT teams FROM agent_team WHERE tenant_id = $1 AND agent_id = $2',
      [tenant, person],
    );
    return { tenant, person, sees: 'teams', teams: rows[0]?.teams ?? [] };
  }
}
