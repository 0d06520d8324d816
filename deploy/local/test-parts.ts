import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, startIssuer, startKafka, startMail, startPostgres } from './index.ts';

/** Starts PostgreSQL, Kafka, mail and issuer for one test run and tells the specs where they are, by variables. */
export const startTestParts = async (): Promise<{ stop: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-test-'));
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const ports: number[] = [];
  for (let wanted = 0; wanted < 7; wanted += 1) ports.push(await findFreePort());
  const [postgresPort, kafkaPort, controllerPort, smtpPort, imapPort, apiPort, issuerPort] = ports as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const keyFile = join(folder, 'issuer-key.json');
  const [postgres, kafka, mail, issuer] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), port: postgresPort, log }),
    startKafka({ dataDir: join(folder, 'kafka'), port: kafkaPort, controllerPort, log }),
    startMail({ smtpPort, imapPort, apiPort, log, dataDir: join(folder, 'mail') }),
    startIssuer({ port: issuerPort, keyFile }),
  ]);
  Object.assign(process.env, {
    TIERLINE_TEST_POSTGRES: postgres.url,
    TIERLINE_TEST_KAFKA: kafka.brokers,
    TIERLINE_TEST_SMTP: mail.smtpUrl,
    TIERLINE_TEST_MAIL_API: mail.apiUrl ?? '',
    TIERLINE_TEST_JWKS: issuer.jwksUrl,
    TIERLINE_TEST_ISSUER: issuer.issuer,
    TIERLINE_TEST_KEY: keyFile,
  });
  return {
    stop: async () => {
      await issuer.stop();
      await Promise.all([mail.stop(), kafka.stop()]);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
