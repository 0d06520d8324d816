/** How much each part measures with; `quick` is for a look, the other for figures to publish. */
export type Sizes = {
  /** Events through relay and consumer. */
  events: number;
  /** Seconds at work before a latency counts, until the services' code is compiled. */
  warmUp: number;
  /** Seconds of one load. */
  seconds: number;
  /** Seconds of a load whose p99 has an aim: one pause of the machine must not be the hundredth part of it. */
  pacedSeconds: number;
  /** Tickets that wait for everything downstream. */
  backlog: number;
  /** Queued tickets to claim from. */
  queued: readonly number[];
  armedTimers: number;
  firedTimers: number;
  deadRows: number;
  /** Events that reporting reads again. */
  rebuilt: number;
  idleSeconds: number;
  /** Node's own flags for the measured services, like `--cpu-prof`. */
  flags: readonly string[];
};

export const sizes = (quick: boolean, flags: readonly string[]): Sizes =>
  quick
    ? {
        events: 20_000,
        warmUp: 15,
        seconds: 4,
        pacedSeconds: 10,
        backlog: 10_000,
        queued: [10_000, 100_000],
        armedTimers: 100_000,
        firedTimers: 5_000,
        deadRows: 50_000,
        rebuilt: 60_000,
        idleSeconds: 15,
        flags,
      }
    : {
        events: 50_000,
        warmUp: 30,
        seconds: 8,
        pacedSeconds: 30,
        backlog: 100_000,
        queued: [10_000, 100_000, 1_000_000],
        armedTimers: 1_000_000,
        firedTimers: 20_000,
        deadRows: 300_000,
        rebuilt: 300_000,
        idleSeconds: 60,
        flags,
      };
