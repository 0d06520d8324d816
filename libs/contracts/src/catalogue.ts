import * as assignment from './assignment.ts';
import * as attention from './attention.ts';
import * as clocks from './clocks.ts';
import * as catalogueEvents from './catalogue-events.ts';
import * as deskEvents from './desk-events.ts';
import type { EventDefinition } from './event.ts';
import * as intake from './intake.ts';
import * as majorIncident from './major-incident.ts';
import * as notifications from './notifications.ts';
import * as queueService from './queue-service.ts';
import * as relations from './relations.ts';
import * as routing from './routing.ts';
import * as teamwork from './teamwork.ts';
import * as tierQueues from './tier-queues.ts';

const isDefinition = (value: unknown): value is EventDefinition => typeof value === 'function' && 'schema' in value;

/** Every event that is declared, by its type. */
export const events: ReadonlyMap<string, EventDefinition> = new Map(
  [
    intake,
    routing,
    tierQueues,
    clocks,
    assignment,
    attention,
    teamwork,
    relations,
    majorIncident,
    deskEvents,
    queueService,
    catalogueEvents,
    notifications,
  ]
    .flatMap((file) => Object.values(file).filter(isDefinition))
    .map((definition) => [definition.type, definition]),
);
