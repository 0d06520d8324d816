import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { PatientClient, limitsOf, type Prepared } from './patient-client.ts';

type Wanted = {
  /** Connections at most. */
  connections: number;
  prepared: Prepared;
  /** How long a statement may take, in milliseconds; 0: as long as it likes. */
  patience: number;
  /** How long a statement may wait for a lock, in milliseconds; without it as long as it may take. */
  lockPatience?: number;
};

/** The rows of one statement, of whatever kind. Throws the driver's error. */
export const ask = async <R>(client: PoolClient, text: string, values: readonly unknown[] = []): Promise<R[]> => {
  const { rows } = await client.query<R & object>(text, [...values]);
  return rows;
};

/** Connections to a database under one role. */
export class Connections {
  private readonly pool: Pool;

  constructor(url: string, name: string, { connections, prepared, patience, lockPatience }: Wanted) {
    const config: PoolConfig & { pipeline: boolean; prepared: Prepared } = {
      connectionString: url,
      application_name: name,
      max: connections,
      // Statements that do not wait for one another's answers need not wait for the way there and back.
      pipeline: true,
      prepared,
      Client: PatientClient,
      ...limitsOf(patience),
      ...(lockPatience === undefined ? {} : { lock_timeout: lockPatience }),
    };
    this.pool = new Pool(config);
    // A connection that breaks while idle is replaced; one in use tells its user.
    this.pool.on('error', () => undefined);
  }

  /** Lends a connection for the time of the work; one that broke is not lent again. Throws when none is to be had. */
  async lend<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }

  /**
   * Runs the work, which begins and ends a transaction on the connection; what it throws is thrown after a rollback, of
   * which the connection does not survive the failure.
   */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      void client.query('BEGIN');
      return await work(client);
    } catch (error) {
      await client.query('ROLLBACK').catch((again: Error) => (broken = again));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
