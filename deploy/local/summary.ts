import type { RunningTierline } from './state.ts';

const rows = (running: RunningTierline): [string, string][] => {
  const { address, services, imapUrl, mailApiUrl, smtpUrl, postgresUrl, kafkaBrokers, logs } = running;
  return [
    ['Tierline', address],
    ...Object.entries(services).map(([name, url]): [string, string] => [name, `${url}/openapi.json`]),
    ['mail sent', mailApiUrl ? `${mailApiUrl}/api/user (then /api/user/<address>/messages/INBOX)` : smtpUrl],
    ...(imapUrl ? [['mailboxes', `${imapUrl} (any password)`] as [string, string]] : []),
    ['PostgreSQL', postgresUrl],
    ['Kafka', `${kafkaBrokers}, topics ${running.topicPrefix}.*`],
    ['token keys', running.issuer.jwksUrl],
    ['logs', logs],
  ];
};

/** What a person sees once Tierline is ready: the addresses, and what to try next. */
export const summary = (running: RunningTierline): string => {
  const table = rows(running).map(([name, value]) => `  ${name.padEnd(14)} ${value}`);
  return [
    '',
    'Tierline is ready',
    '',
    ...table,
    '',
    'Next, in another terminal:',
    '  TOKEN=$(npm run -s token -- --as requester)    a token of a person of the demo company (--help lists them)',
    '  npm run replay                                 tickets to watch',
    '  npm test                                       all tests',
    'Ctrl-C stops Tierline.',
  ].join('\n');
};
