import { mailOf, type MailFacts } from './mail.ts';

const facts = (more: Partial<MailFacts> = {}): MailFacts => ({
  template: 'opened',
  number: 1042,
  subject: 'Outlook asks for my password',
  name: 'Anna Berg',
  text: null,
  ...more,
});

it('names the ticket in the subject', () => {
  expect(mailOf(facts()).subject).toBe('[T-1042] Outlook asks for my password');
});

it('keeps the subject on one line', () => {
  expect(mailOf(facts({ subject: 'first\r\nBcc: everybody@acme.example' })).subject).toBe(
    '[T-1042] first Bcc: everybody@acme.example',
  );
});

it('greets by name and says what was received', () => {
  const { text } = mailOf(facts());
  expect(text).toContain('Hello Anna Berg,');
  expect(text).toContain('T-1042');
  expect(text).toContain('Outlook asks for my password');
});

it.each(['answered', 'resolved'] as const)('carries what the agent wrote when %s', (template) => {
  expect(mailOf(facts({ template, text: 'Renewed the expired token.' })).text).toContain('Renewed the expired token.');
});

it('says how to reject a solution', () => {
  expect(mailOf(facts({ template: 'resolved', text: 'Done.' })).text).toContain('reject the solution');
});
