import { getMetadataStorage, registerDecorator, validateSync, type ValidationError } from 'class-validator';
import { badUserInput, collectFaults, type Fault } from './app-error.js';

/** The part of a rule that JSON Schema can say, for documents about the API. */
export type JsonSchema = Record<string, unknown>;

/** Says what is wrong with a value: nothing, or every broken rule with its path below the value. */
export interface Rule {
  (value: unknown): Fault[];
  schema?: JsonSchema;
}

/** A rule that says of itself, in JSON Schema, what it can. */
export const rule = (schema: JsonSchema, check: (value: unknown) => Fault[]): Rule => Object.assign(check, { schema });

type Class<T extends object> = new () => T;

/** The same rule for a field that may be left out. */
export const optional = (checked: Rule): Rule =>
  rule(checked.schema ?? {}, (value) => (value === undefined ? [] : checked(value)));

/** The same rule for a field that may be left out or null. */
export const nullable = (checked: Rule): Rule => {
  const { type, ...schema } = checked.schema ?? {};
  const orNull = { ...schema, ...(type !== undefined && { type: [type, 'null'] }) };
  return rule(orNull, (value) => (value === undefined || value === null ? [] : checked(value)));
};

/** Puts a rule on a field of an input class; class-validator runs it. */
export function Check(checked: Rule): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'rule',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { context: { rule: checked } },
      // The message is never shown, but class-validator keeps no context for a constraint without one.
      validator: { validate: (value) => checked(value).length === 0, defaultMessage: () => 'broken' },
    });
}

/**
 * Puts a rule on an input class as a whole, for what no field can say alone. It runs beside the rules of the fields, so that
 * one answer names all faults, and meets values that break those.
 */
export function CheckTogether<T extends object>(check: (input: T) => Fault[]): ClassDecorator {
  return (target) => {
    wholeRules.set(target, check as (input: object) => Fault[]);
  };
}
const wholeRules = new WeakMap<object, (input: object) => Fault[]>();

const VALIDATOR_OPTIONS = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  skipMissingProperties: false,
  validationError: { target: false, value: false },
};

function faultsOf(error: ValidationError, input: object): Fault[] {
  const value: unknown = Reflect.get(input, error.property);
  const rules = Object.values(error.contexts ?? {}) as { rule: Rule }[];
  return rules.flatMap(({ rule: broken }) =>
    broken(value).map((fault) => ({ ...fault, path: [error.property, ...fault.path] })),
  );
}

/** Every broken rule of an instance of an input class. */
function faultsOfInput(input: object): Fault[] {
  const faults = validateSync(input, VALIDATOR_OPTIONS).flatMap((error) => faultsOf(error, input));
  return [...faults, ...(wholeRules.get(input.constructor)?.(input) ?? [])];
}

const knownKeys = new WeakMap<object, Set<string>>();

function keysOf(inputClass: Class<object>): Set<string> {
  let keys = knownKeys.get(inputClass);
  if (!keys) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(inputClass, '', true, false);
    keys = new Set(metadata.map(({ propertyName }) => propertyName));
    knownKeys.set(inputClass, keys);
  }
  return keys;
}

const UNKNOWN_KEY_SHOWN = 100;

/** A key that an input does not have, cut to a length that can be answered. */
export function unknownKey(key: string, path: Fault['path'] = []): Fault {
  return {
    path: [...path, key.slice(0, UNKNOWN_KEY_SHOWN)],
    code: 'UNKNOWN',
    message: 'This key is not part of the input.',
  };
}

const notAnObject: Fault = { path: [], code: 'INVALID', message: 'An object is expected.' };

/**
 * Makes an instance of an input class from an object that came from outside. Only the class's own keys are taken over:
 * class-validator's whitelist lets `__proto__` and `constructor` through, since it looks them up in a plain object.
 */
export function faultsOfPlain<T extends object>(inputClass: Class<T>, plain: object): { input: T; faults: Fault[] } {
  const known = keysOf(inputClass);
  const input = new inputClass();
  for (const key of known) if (Object.hasOwn(plain, key)) Reflect.set(input, key, Reflect.get(plain, key));
  const unknown = collectFaults(Object.keys(plain), (key) => (known.has(key) ? [] : [unknownKey(key)]));
  return { input, faults: [...faultsOfInput(input), ...unknown] };
}

/** For a field that holds an input of its own: every broken rule of it. */
export const inputOf =
  <T extends object>(inputClass: Class<T>): Rule =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [notAnObject];
    return faultsOfPlain(inputClass, value).faults;
  };

/**
 * The input as an instance of its class, all rules checked at once. What a door takes from elsewhere (an address, a
 * header) is `given`, and is unknown in the plain object.
 * @throws AppError BAD_USER_INPUT naming every broken rule.
 */
export function validInput<T extends object>(inputClass: Class<T>, plain: unknown, given: object = {}): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw badUserInput([notAnObject]);
  }
  const misplaced = Object.keys(given).filter((key) => Object.hasOwn(plain, key));
  const { input, faults } = faultsOfPlain(inputClass, { ...plain, ...given });
  const all = [...faults, ...misplaced.map((key) => unknownKey(key))];
  if (all.length > 0) throw badUserInput(all);
  return input;
}

/**
 * Checks an instance that GraphQL has already made; arguments that are no input class pass.
 * @throws AppError BAD_USER_INPUT naming every broken rule.
 */
export function validateInstance(argument: unknown): void {
  if (typeof argument !== 'object' || argument === null) return;
  const faults = faultsOfInput(argument);
  if (faults.length > 0) throw badUserInput(faults);
}
