import { z } from 'zod';

/** The public topics; the configured prefix (`tierline` by default) stands before each. */
export const topics = {
  /** All ticket events of all services; key = ticket id. */
  tickets: { name: 'tickets.v1', partitions: 24, compacted: false },
  /** Reference data of the desk: tiers, queues, agents, catalogue; key = kind/id. */
  desk: { name: 'desk.v1', partitions: 4, compacted: true },
  /** Contact data of people; key = person id; a tombstone on erasure. */
  people: { name: 'people.v1', partitions: 8, compacted: true },
} as const;

export type TopicName = keyof typeof topics;

/** Who caused an event, as `kind:id`: `agent:kim`, `requester:anna.berg`, `system:timer`. */
export const Actor = z.string().regex(/^(requester|agent|integrator|system):.+$/);
export type Actor = z.infer<typeof Actor>;

/** What happened, without its envelope. */
export type Fact<T extends string = string, D = unknown> = { readonly type: T; readonly data: D };

/** One event, declared once: its name with version, its topic, the shape of its data and an example. */
export type EventDefinition<T extends string = string, S extends z.ZodType = z.ZodType> = {
  (data: z.input<S>): Fact<T, z.output<S>>;
  readonly type: T;
  readonly topic: TopicName;
  /** The service that publishes it, as in the CloudEvents source `/intake`. */
  readonly source: string;
  readonly summary: string;
  readonly schema: S;
  readonly example: z.input<S>;
};

/** The fact that a definition makes. */
export type FactOf<D> = D extends EventDefinition<infer T, infer S> ? Fact<T, z.output<S>> : never;

/** An event as a subscriber receives it: CloudEvents 1.0 attributes and the data. */
export type Received<D = unknown> = {
  /** UUIDv7; the key to drop duplicates by. */
  readonly id: string;
  readonly type: string;
  /** The publishing service: `/intake`. */
  readonly source: string;
  /** The aggregate that it is about; for ticket events the ticket id. */
  readonly subject: string;
  /** When it was decided, ISO 8601 in UTC. */
  readonly time: string;
  readonly tenant: string;
  /** Position among the events of this source about this subject: 1, 2, 3 … without gaps. */
  readonly sequence: number;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly data: D;
};

/** The received event of a definition. */
export type EventOf<D> = D extends EventDefinition<string, infer S> ? Received<z.output<S>> : never;

type Declaration<S extends z.ZodType> = {
  topic: TopicName;
  source: string;
  summary: string;
  data: S;
  example: z.input<S>;
};

/**
 * Declares an event. The name is its CloudEvents type and ends with its version (`….v1`).
 * The returned value makes facts of that type and carries all that documents and decoders need.
 */
export const defineEvent = <const T extends `tierline.${string}.v${number}`, S extends z.ZodType>(
  type: T,
  { topic, source, summary, data, example }: Declaration<S>,
): EventDefinition<T, S> =>
  Object.assign((input: z.input<S>): Fact<T, z.output<S>> => ({ type, data: input as z.output<S> }), {
    type,
    topic,
    source,
    summary,
    schema: data,
    example,
  });

/** True when the fact or received event is of this definition; narrows its data. */
export const is = <D extends EventDefinition>(definition: D, event: { readonly type: string }): event is FactOf<D> =>
  event.type === definition.type;
