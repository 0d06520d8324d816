/** What the load process is to do. */
export type LoadOrder = {
  url: string;
  /** Callers that take turns. */
  tokens: readonly string[];
  /** The body of each POST; absent: a GET. */
  body?: string;
  /** Requests under way at once. */
  connections: number;
  /** Seconds whose answers do not count. */
  warmUp: number;
  seconds: number;
  /** Requests a second, begun on time whatever the answers do; absent: the next one begins when the last is answered. */
  rate?: number;
  /** Whether to report each answer's id with the time at which its request was due. */
  ids?: boolean;
};

export type LoadReport = {
  /** Answers with 2xx a second. */
  perSecond: number;
  accepted: number;
  /** Milliseconds from when a request was due. */
  p50: number;
  p99: number;
  /** Anything but 2xx, by status or error. */
  refused: Record<string, number>;
  /** Milliseconds since the epoch at which the accepted request was due, by the id in its answer. */
  due: readonly (readonly [id: string, at: number])[];
  /** The load process's own use of one core. */
  cpu: number;
};
