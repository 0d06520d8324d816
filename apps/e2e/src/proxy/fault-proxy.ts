import { createServer } from 'node:net';
import { findFreePort } from '@tierline/local';
import type { Chance } from '../torture/chance.ts';
import type { Address } from './broker-places.ts';
import { ProxiedConnection } from './connection.ts';
import { clear, type Weather } from './weather.ts';

/** Stands between one process and one part. */
export type FaultProxy = {
  readonly port: number;
  /** Changes the weather; gives what ends it again, unless another change came meanwhile. */
  change(weather: Weather): () => void;
  close(): Promise<void>;
};

export type ProxyOptions = { to: Address; protocol: 'kafka' | 'postgres'; chance: Chance };

/** Listens on a free port of 127.0.0.1 and passes everything on, as the weather lets it. */
export const openFaultProxy = async ({ to, protocol, chance }: ProxyOptions): Promise<FaultProxy> => {
  const port = await findFreePort();
  const connections = new Set<ProxiedConnection>();
  let weather = clear;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = { address: to, protocol, ourPort: port };
    const connection: ProxiedConnection = new ProxiedConnection(
      client,
      upstream,
      () => weather,
      chance,
      () => connections.delete(connection),
    );
    connections.add(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const end = (ended: Weather) => {
    if (weather !== ended) return;
    weather = clear;
    if (ended.kind === 'half-open') connections.forEach((connection) => connection.healed(ended.after));
  };
  return {
    port,
    change: (changed) => {
      end(weather);
      weather = changed;
      return () => end(changed);
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      connections.forEach((connection) => connection.reset());
      await closed;
    },
  };
};
