import { PATHS } from './paths.js';

/** Where an error is explained, for its answer; nothing where the documentation is not served. */
export const errorDocs = (code: string, hasDocs: boolean): { docs?: string } =>
  hasDocs ? { docs: `${PATHS.docs}/errors#${code.toLowerCase()}` } : {};
