import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ClinicEntity } from './clinic.entity.js';
import { IdentityError } from './identity-error.js';

/** Makes a clinic. @returns its id. @throws IdentityError when there is one of that id. */
export async function createClinic(
  manager: EntityManager,
  name: string,
  clinicId: string = randomUUID(),
): Promise<string> {
  const insert = manager.createQueryBuilder().insert().into(ClinicEntity).values({ clinicId, name });
  const inserted = await insert.orIgnore().returning('clinic_id').execute();
  if ((inserted.raw as unknown[]).length === 0) throw new IdentityError(`There is a clinic ${clinicId} already.`);
  return clinicId;
}
