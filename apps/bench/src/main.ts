import { benchConsumer, benchRelay } from './messaging.ts';
import { startParts } from './parts.ts';

const parts = await startParts();
try {
  for (const figures of [await benchRelay(parts, 50_000), await benchConsumer(parts, 50_000)])
    for (const { name, value, unit, aim } of figures)
      process.stdout.write(
        `${name.padEnd(40)} ${value.toFixed(value < 10 ? 2 : 0).padStart(10)} ${unit} ${aim ?? ''}\n`,
      );
} finally {
  await parts.stop();
}
