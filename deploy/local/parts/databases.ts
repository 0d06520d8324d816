import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';

/** The services that own a database. */
export const services = ['intake', 'routing', 'tier-queues', 'notifications', 'reporting'] as const;
export type Service = (typeof services)[number];

/** One database as seen by its owner (migrations), the app role (HTTP) and the worker role (events, timers). */
export type DatabaseUrls = { database: string; ownerUrl: string; appUrl: string; workerUrl: string };
export type ScratchDatabase = DatabaseUrls & { drop: () => Promise<void> };

const kinds = ['owner', 'app', 'worker'] as const;
type Passwords = Record<(typeof kinds)[number], string>;

const newPassword = (): string => randomBytes(18).toString('hex');
const newPasswords = (): Passwords => ({ owner: newPassword(), app: newPassword(), worker: newPassword() });

const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const urlFor = (adminUrl: string, database: string, user: string, password: string): string => {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
};

const exists = async (client: Client, sql: string, name: string): Promise<boolean> =>
  (await client.query(sql, [name])).rowCount === 1;

const ensureRole = async (client: Client, role: string, password: string): Promise<void> => {
  const verb = (await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', role)) ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(password)}`);
};

const ensureDatabase = async (client: Client, database: string): Promise<void> => {
  if (await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', database)) return;
  const owner = escapeIdentifier(`${database}_owner`);
  const { rows } = await client.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  );
  // Only a member may give a database to a role; a superuser is one of every role.
  if (!rows[0]?.super) await client.query(`GRANT ${owner} TO CURRENT_USER`);
  await client.query(`CREATE DATABASE ${escapeIdentifier(database)} OWNER ${owner}`);
};

const grant = async (client: Client, database: string): Promise<void> => {
  const name = escapeIdentifier(database);
  const owner = escapeIdentifier(`${database}_owner`);
  const users = `${escapeIdentifier(`${database}_app`)}, ${escapeIdentifier(`${database}_worker`)}`;
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${users}`);
  await client.query(`ALTER SCHEMA public OWNER TO ${owner}`);
  await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await client.query(`GRANT USAGE ON SCHEMA public TO ${users}`);
};

const createDatabase = async (adminUrl: string, database: string, passwords: Passwords): Promise<DatabaseUrls> => {
  await withClient(adminUrl, async (client) => {
    for (const kind of kinds) await ensureRole(client, `${database}_${kind}`, passwords[kind]);
    await ensureDatabase(client, database);
  });
  const [ownerUrl, appUrl, workerUrl] = kinds.map((kind) =>
    urlFor(adminUrl, database, `${database}_${kind}`, passwords[kind]),
  ) as [string, string, string];
  await withClient(ownerUrl, (client) => grant(client, database));
  return { database, ownerUrl, appUrl, workerUrl };
};

const readPasswords = async (file: string): Promise<Partial<Record<Service, Passwords>>> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Record<Service, Passwords>>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`The database passwords in ${file} cannot be read`, { cause: error });
  }
};

type ServiceDatabases = { adminUrl: string; passwordFile: string; prefix?: string | undefined };

/**
 * Makes, for each service, the database `<prefix>_<service>` with its three login roles; may be called again.
 * Tables and the rights on them are the migrations' business, run as the owner.
 */
export const createServiceDatabases = async (options: ServiceDatabases): Promise<Record<Service, DatabaseUrls>> => {
  const { adminUrl, passwordFile, prefix = 'tierline' } = options;
  const known = await readPasswords(passwordFile);
  const passwords = services.map((service) => [service, known[service] ?? newPasswords()] as const);
  await writeFile(passwordFile, JSON.stringify(Object.fromEntries(passwords), null, 2), { mode: 0o600 });
  const urls: [Service, DatabaseUrls][] = [];
  for (const [service, own] of passwords) {
    urls.push([service, await createDatabase(adminUrl, `${prefix}_${service.replaceAll('-', '_')}`, own)]);
  }
  return Object.fromEntries(urls) as Record<Service, DatabaseUrls>;
};

/** One database with its three roles for a test. `name` may hold a-z, 0-9 and _, at most 50 characters. */
export const createScratchDatabase = async (adminUrl: string, name: string): Promise<ScratchDatabase> => {
  if (!/^[a-z][a-z0-9_]{0,49}$/.test(name)) {
    throw new Error(`The database name ${name} is not of a-z, 0-9 and _, starting with a letter, at most 50 long`);
  }
  const urls = await createDatabase(adminUrl, name, newPasswords());
  const drop = () =>
    withClient(adminUrl, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      for (const kind of kinds) await client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(`${name}_${kind}`)}`);
    });
  return { ...urls, drop };
};
