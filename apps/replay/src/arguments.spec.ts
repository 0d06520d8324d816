import { parseArguments } from './arguments.ts';

describe('the arguments of a replay', () => {
  it.each([
    [['log.csv'], { kind: 'log', file: 'log.csv', concurrency: 32, limit: undefined, tenant: undefined }],
    [
      ['log.csv', '--limit', '10', '--concurrency', '4', '--tenant', 'log-1'],
      { kind: 'log', file: 'log.csv', concurrency: 4, limit: 10, tenant: 'log-1' },
    ],
    [[], { kind: 'week', seed: 6, days: 7, concurrency: 32, tenant: undefined }],
    [['--seed', '9', '--days', '2'], { kind: 'week', seed: 9, days: 2, concurrency: 32, tenant: undefined }],
    [['demo'], { kind: 'demo', seed: 6, days: 1, concurrency: 32, tenant: undefined }],
    [['demo', '--help'], { kind: 'help' }],
  ])('%j', (args, request) => expect(parseArguments(args)).toEqual(request));

  it.each([
    [['--concurrency', '0'], '--concurrency 0 is not a whole number from 1 to 500.'],
    [['log.csv', '--limit', 'x'], '--limit x is not a whole number'],
    [['log.csv', '--seed', '1'], '--seed has no meaning with a file.'],
    [['--limit', '5'], '--limit has no meaning without a file.'],
    [['demo', '--days', '2'], '--days has no meaning for the demo'],
    [['a.csv', 'b.csv'], 'b.csv is one argument too many'],
    [['--tenant', 'No Way'], '--tenant No Way is not a tenant'],
    [['--speed', '2'], "Unknown option '--speed'"],
  ])('%j are refused', (args, message) => expect(() => parseArguments(args)).toThrow(message));
});
