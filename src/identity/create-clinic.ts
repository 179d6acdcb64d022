import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ClinicEntity } from './clinic.entity.js';

/** Makes a clinic. @returns its id. */
export async function createClinic(manager: EntityManager, name: string): Promise<string> {
  const clinicId = randomUUID();
  await manager.insert(ClinicEntity, { clinicId, name });
  return clinicId;
}
