import { EventCounterEntity } from './customer/model/event-counter.entity.js';
import { ExpressCustomerEntity } from './customer/model/express-customer.entity.js';
import { ExpressCustomerEventEntity } from './customer/model/express-customer-event.entity.js';
import { ExpressCustomerUserEntity } from './customer/model/express-customer-user.entity.js';
import { IdempotencyKeyEntity } from './customer/model/idempotency-key.entity.js';
import { UnkeyedCreateEntity } from './customer/model/unkeyed-create.entity.js';
import { openDatabase, prepareDatabase, type Database, type DatabaseLocation } from './database/database.js';
import { ApiKeyEntity } from './identity/api-key.entity.js';
import { ClinicEntity } from './identity/clinic.entity.js';

const ENTITIES = [
  ClinicEntity,
  ApiKeyEntity,
  ExpressCustomerEntity,
  ExpressCustomerUserEntity,
  ExpressCustomerEventEntity,
  EventCounterEntity,
  IdempotencyKeyEntity,
  UnkeyedCreateEntity,
];

/** The database with the entities of all features. The data source is not connected yet. */
export const prepareServiceDatabase = (location: DatabaseLocation): Promise<Database> =>
  prepareDatabase(location, ENTITIES);

/** The database with the entities of all features, connected. Migrates nothing. */
export const openServiceDatabase = (location: DatabaseLocation): Promise<Database> => openDatabase(location, ENTITIES);
