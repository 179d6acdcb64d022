import type { DataSource } from 'typeorm';
import { ExpressCustomerEntity } from './express-customer.entity.js';

/** The entity's columns under the names of its properties, for statements whose rows need no hydration. */
export function columnsOf(dataSource: DataSource, alias: string): string {
  const { columns } = dataSource.getMetadata(ExpressCustomerEntity);
  return columns.map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS "${propertyName}"`).join(', ');
}
