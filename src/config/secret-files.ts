import { readFileSync } from 'node:fs';

/** Variables that hold a password: each may be the content of a file instead, which `<name>_FILE` names. */
const SECRETS = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The variables that are set, and what is wrong with those that name files. */
export interface ReadVariables {
  set: NodeJS.ProcessEnv;
  faults: string[];
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** Leaves out empty variables, and reads the files that Docker, Kubernetes and systemd keep secrets in. */
export function readVariables(environment: NodeJS.ProcessEnv): ReadVariables {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => isSet(value)));
  const faults: string[] = [];
  for (const name of SECRETS) {
    const file = set[`${name}_FILE`];
    if (file === undefined) continue;
    if (set[name] !== undefined) faults.push(`${name}_FILE: either this or ${name} is expected`);
    else
      try {
        set[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        faults.push(`${name}_FILE: a file that can be read is expected (${(error as NodeJS.ErrnoException).code})`);
      }
  }
  return { set, faults };
}
