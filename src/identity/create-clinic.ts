import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ClinicEntity } from './clinic.entity.js';
import { IdentityError } from './identity-error.js';

/** Creates a clinic. @returns its id. @throws IdentityError when there is one with that id. */
export async function createClinic(
  manager: EntityManager,
  name: string,
  clinicId: string = randomUUID(),
): Promise<string> {
  const insert = manager.createQueryBuilder().insert().into(ClinicEntity).values({ clinicId, name });
  const inserted = await insert.orIgnore().returning('clinic_id').execute();
  if ((inserted.raw as unknown[]).length === 0)
    throw new IdentityError(`A clinic with the id ${clinicId} exists already.`);
  return clinicId;
}
