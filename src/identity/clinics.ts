import type { EntityManager } from 'typeorm';
import { ClinicEntity } from './clinic.entity.js';
import { IdentityError } from './identity-error.js';

/** All clinics, oldest first. For operators alone: the one query that crosses tenants. */
export const findClinics = (manager: EntityManager): Promise<ClinicEntity[]> =>
  manager.find(ClinicEntity, { order: { createdAt: 'ASC', clinicId: 'ASC' } });

/** @throws IdentityError when there is no such clinic. */
export async function requireClinic(manager: EntityManager, clinicId: string): Promise<void> {
  if (await manager.existsBy(ClinicEntity, { clinicId })) return;
  throw new IdentityError(`There is no clinic ${clinicId}. See "clinics list", or create it with "clinics create".`);
}
