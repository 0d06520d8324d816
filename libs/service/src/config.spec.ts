import { baseConfig, readConfig } from './config.ts';

const whole = {
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  DATABASE_URL: 'postgres://app:secret-password@db/x',
  DATABASE_WORKER_URL: 'postgres://worker:secret-password@db/x',
  KAFKA_BROKERS: 'a:9092,b:9092',
};

const messageOf = (environment: Record<string, string | undefined>) => {
  try {
    readConfig(baseConfig, environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
};

describe('configuration', () => {
  it('reads variables with their defaults', () => {
    expect(readConfig(baseConfig, whole)).toMatchObject({
      PORT: 3000,
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      MIGRATE_ON_START: false,
      TOPIC_PREFIX: 'tierline',
    });
  });

  it('names every variable that is missing', () => {
    const message = messageOf({ ...whole, DATABASE_URL: undefined, KAFKA_BROKERS: undefined });
    expect(message).toContain('DATABASE_URL: is missing');
    expect(message).toContain('KAFKA_BROKERS: is missing');
  });

  it('names a wrong variable and never tells its value', () => {
    const message = messageOf({ ...whole, DATABASE_URL: 'secret-password', PORT: '70000', LOG_LEVEL: 'loudest' });
    expect(message).toMatch(/DATABASE_URL: /);
    expect(message).toMatch(/PORT: /);
    expect(message).toMatch(/LOG_LEVEL: /);
    expect(message).not.toMatch(/secret-password|70000|loudest/);
  });
});
