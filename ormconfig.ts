import 'reflect-metadata';
import { readConfig } from './src/config/config.js';
import { prepareServiceDatabase } from './src/service-database.js';
import { loadEnvFile } from './src/startup/env-file.js';

loadEnvFile();

// For the TypeORM command line only: `npm run typeorm -- migration:run`, `migration:revert`, `migration:generate`.
export default prepareServiceDatabase(readConfig(process.env)).then(({ dataSource }) => dataSource);
