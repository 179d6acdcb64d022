import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { ExpressCustomerEntity } from '../model/express-customer.entity.js';

/** An entity's columns under the names of its properties, for statements whose rows need no hydration. */
export function columnsOf(
  dataSource: DataSource,
  alias: string,
  entity: EntityTarget<ObjectLiteral> = ExpressCustomerEntity,
): string {
  const { columns } = dataSource.getMetadata(entity);
  return columns.map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS "${propertyName}"`).join(', ');
}
