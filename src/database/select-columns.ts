import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** A SELECT list: an entity's columns under the names of its properties, for statements whose rows need no hydration. */
export function selectColumns(dataSource: DataSource, alias: string, entity: EntityTarget<ObjectLiteral>): string {
  const { columns } = dataSource.getMetadata(entity);
  return columns.map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS "${propertyName}"`).join(', ');
}
