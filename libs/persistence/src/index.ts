export { Database, migrate, type DatabaseAddresses, type Migration } from './database.ts';
export { isDuplicate, isOutrun, isTransient } from './failure.ts';
export { claimKeys, keepAnswers, once, type OnceRequest } from './idempotency.ts';
export { idempotencyMigrations } from './migrations.ts';
export { OutcomeUnknown, type SharedTransaction } from './shared-transaction.ts';
export { together, type Begins, type Transaction } from './transaction.ts';
