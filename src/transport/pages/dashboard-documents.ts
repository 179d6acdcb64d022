import { join } from 'node:path';
import { FOLDER } from './site.js';

/** The manifest of the documents that the dashboard sends, as the build has written it; nothing where there is no build. */
export const findDashboardDocuments = (): string[] =>
  FOLDER === undefined ? [] : [join(FOLDER, 'dashboard-documents.json')];
