import { getMetadataStorage, registerDecorator } from 'class-validator';
import { badUserInput, collectFieldErrors, type FieldError } from './app-error.js';
import { isPlainObject } from './is-plain-object.js';

/** The part of a rule that JSON Schema can express, for the API description. */
export type JsonSchema = Record<string, unknown>;

/** Returns what is wrong with a value: nothing, or every broken rule with its path below the value. */
export interface Rule {
  (value: unknown): FieldError[];
  schema?: JsonSchema;
}

/** Attaches to a rule what JSON Schema can express of it. */
export const rule = (schema: JsonSchema, check: (value: unknown) => FieldError[]): Rule =>
  Object.assign(check, { schema });

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

/** Puts a rule on a field of an input class, in class-validator's registry. Decision 0072 says why it is the only decorator. */
export function ValidateWith(checked: Rule): PropertyDecorator {
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
 * Puts a rule on an input class as a whole, for what no field can decide alone. It runs even when the rules of fields fail, so
 * that one answer names all errors; `check` must tolerate invalid values.
 */
export function ValidateInput<T extends object>(check: (input: T) => FieldError[]): ClassDecorator {
  return (target) => {
    wholeRules.set(target, check as (input: object) => FieldError[]);
  };
}
const wholeRules = new WeakMap<object, (input: object) => FieldError[]>();

interface ClassRules {
  all: [field: string, rule: Rule][];
  byField: ReadonlyMap<string, Rule>;
}

const knownRules = new WeakMap<object, ClassRules>();

function rulesOf(inputClass: Class<object>): ClassRules {
  let rules = knownRules.get(inputClass);
  if (!rules) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(inputClass, '', true, false);
    const all = metadata.map(({ propertyName, context }): [string, Rule] => [
      propertyName,
      (context as { rule: Rule }).rule,
    ]);
    knownRules.set(inputClass, (rules = { all, byField: new Map(all) }));
  }
  return rules;
}

/**
 * Every broken rule of an instance of an input class. The rules run here and not in class-validator's executor, which looks its
 * metadata up and groups it for each input, at ten times the cost, and reports neither codes nor paths below a field.
 */
function findInputErrors(input: object): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, check] of rulesOf(input.constructor as Class<object>).all)
    for (const broken of check(Reflect.get(input, field))) errors.push({ ...broken, path: [field, ...broken.path] });
  return [...errors, ...(wholeRules.get(input.constructor)?.(input) ?? [])];
}

/** The rule of each field of an input class, by the field's name. */
export const getRules = (inputClass: Class<object>): ReadonlyMap<string, Rule> => rulesOf(inputClass).byField;

const UNKNOWN_KEY_LENGTH = 100;

/** The error of a key that an input does not have; the key is cut, since it may be as long as a body. */
export function unknownKey(key: string, path: FieldError['path'] = []): FieldError {
  return {
    path: [...path, key.slice(0, UNKNOWN_KEY_LENGTH)],
    code: 'UNKNOWN',
    message: 'This key is not part of the input.',
  };
}

const NOT_AN_OBJECT: FieldError = { path: [], code: 'INVALID', message: 'An object is expected.' };

/**
 * Makes an instance of an input class from an object that came from outside. It copies the class's own keys alone:
 * class-validator's whitelist accepts `__proto__` and `constructor`, since it looks them up in a plain object.
 */
export function parsePlain<T extends object>(inputClass: Class<T>, plain: object): { input: T; errors: FieldError[] } {
  const known = getRules(inputClass);
  const input = new inputClass();
  for (const key of known.keys()) if (Object.hasOwn(plain, key)) Reflect.set(input, key, Reflect.get(plain, key));
  const unknown = collectFieldErrors(Object.keys(plain), (key) => (known.has(key) ? [] : [unknownKey(key)]));
  return { input, errors: [...findInputErrors(input), ...unknown] };
}

/** The rule of a field that holds an input class of its own. */
export const nestedInput =
  <T extends object>(inputClass: Class<T>): Rule =>
  (value) => {
    if (!isPlainObject(value)) return [NOT_AN_OBJECT];
    return parsePlain(inputClass, value).errors;
  };

/**
 * Makes a valid instance of an input class. What an API takes from elsewhere (a path, a header) is `given`, and is unknown in
 * the plain object.
 * @throws AppError BAD_USER_INPUT naming every broken rule.
 */
export function parseInput<T extends object>(inputClass: Class<T>, plain: unknown, given: object = {}): T {
  if (!isPlainObject(plain)) throw badUserInput([NOT_AN_OBJECT]);
  const misplaced = Object.keys(given).filter((key) => Object.hasOwn(plain, key));
  const { input, errors } = parsePlain(inputClass, { ...plain, ...given });
  const all = [...errors, ...misplaced.map((key) => unknownKey(key))];
  if (all.length > 0) throw badUserInput(all);
  return input;
}

/**
 * Validates an instance that GraphQL has made; arguments that are no input class pass.
 * @throws AppError BAD_USER_INPUT naming every broken rule.
 */
export function validateInstance(argument: unknown): void {
  if (typeof argument !== 'object' || argument === null) return;
  const errors = findInputErrors(argument);
  if (errors.length > 0) throw badUserInput(errors);
}
