import { parseTokenRequest } from './token-request.ts';

describe('npm run token', () => {
  it('takes a person of the demo company', () => {
    expect(parseTokenRequest(['--as', 'lead'])).toMatchObject({
      subject: 'lea.fischer',
      tenant: 'acme',
      roles: ['lead', 'agent'],
      expiresIn: '8h',
    });
  });

  it('takes another tenant, subject and span', () => {
    const args = ['--as', 'requester', '--tenant', 'globex', '--subject', 'x', '--expires', '15m'];
    expect(parseTokenRequest(args)).toMatchObject({ subject: 'x', tenant: 'globex', expiresIn: '15m' });
  });

  it.each([
    [[], '--as is missing'],
    [['--as', 'king'], '--as king is nobody here'],
    [['--as', 'toString'], '--as toString is nobody here'],
    [['--as', 'lead', '--expires', 'soon'], '--expires soon'],
    [['--as', 'lead', '--colour', 'red'], "'--colour'"],
  ])('refuses %j and says why', (args, reason) => {
    expect(() => parseTokenRequest(args)).toThrow(reason);
  });

  it('explains itself', () => {
    expect(parseTokenRequest(['--help'])).toBe('help');
  });
});
