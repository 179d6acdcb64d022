import 'reflect-metadata';
import { readConfig } from './src/config/config.js';
import { prepareDatabase } from './src/database/database.js';

// For the TypeORM command line only: `npm run typeorm -- migration:run`, `migration:revert`, `migration:generate`.
export default prepareDatabase(readConfig(process.env)).then(({ dataSource }) => dataSource);
