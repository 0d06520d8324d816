export { Database, migrate, type DatabaseAddresses, type Migration } from './database.ts';
export { isDuplicate, isTransient } from './failure.ts';
export { once, type OnceRequest } from './idempotency.ts';
export { idempotencyMigrations } from './migrations.ts';
export { rowsOf, transactionOf, type Transaction } from './transaction.ts';
