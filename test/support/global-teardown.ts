import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const { postgres, scratch } = globalThis.testRun;
  await postgres?.remove();
  if (scratch !== null) await rm(scratch, { recursive: true, force: true });
}
