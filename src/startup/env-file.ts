import { OperatorError } from '../shared/operator-error.js';

const FILE = '.env';

/** There is a file .env, and it cannot be read. */
export class EnvFileError extends OperatorError {}

/**
 * Adds the variables in `.env` of the working directory to the environment. A variable that is set already keeps its value.
 * @returns whether there is such a file.
 * @throws EnvFileError when it cannot be read.
 */
export function loadEnvFile(): boolean {
  try {
    process.loadEnvFile(FILE);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw new EnvFileError(`The file ${FILE} in the working directory cannot be read. (${message})`, { cause: error });
  }
}
