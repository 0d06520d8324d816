import { openEventLog } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { readConfig, serveUntilSignal, startService } from '@tierline/service';
import { reporting } from './app.module.ts';
import { rebuild } from './rebuild.ts';

/** `main.js rebuild`: empties the reports; the next start reads the topics from their beginning. */
const rebuildOnce = async (): Promise<undefined> => {
  const config = readConfig(reporting.config, process.env);
  const { DATABASE_URL: app, DATABASE_WORKER_URL: worker, KAFKA_BROKERS: brokers, KAFKA_CLIENT, GROUP_PREFIX } = config;
  // As many rows as there are: no limit of time fits.
  const database = await Database.open(reporting.name, { app, worker }, { patience: 0 });
  const log = await openEventLog(KAFKA_CLIENT, { brokers, clientId: reporting.name }, (level, message) => {
    if (level === 'error') process.stderr.write(`${message}\n`);
  });
  await rebuild(database, log, `${GROUP_PREFIX}.${reporting.name}`);
  await log.close();
  await database.close();
  process.stdout.write('The reports are empty. Start reporting (restart it if it runs): it reads all events again.\n');
};

if (process.argv[2] === 'rebuild') await serveUntilSignal(reporting.name, rebuildOnce);
else await startService(reporting);
