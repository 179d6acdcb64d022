import { AppError, badUserInput, type FieldError } from '../../../shared/app-error.js';
import { parsePlain } from '../../../shared/validation.js';

/** The result of an item: what it would return alone, or how it would fail alone. */
export type Settled<T> = { value: T } | { error: AppError };

const MAX_ITEMS = 100;

const COUNT: Omit<FieldError, 'code'> = { path: ['inputs'], message: `1 to ${MAX_ITEMS} items are expected.` };

function checkCount({ length }: { length: number }): void {
  if (length === 0) throw badUserInput([{ ...COUNT, code: 'REQUIRED' }]);
  if (length > MAX_ITEMS) throw badUserInput([{ ...COUNT, code: 'TOO_MANY' }]);
}

function placeAt(index: number, { code, message, details }: AppError): AppError {
  const { fields, ...rest } = details;
  const placed = fields?.map((field) => ({ ...field, path: ['inputs', index, ...field.path] }));
  return new AppError(code, message, { ...rest, ...(placed && { fields: placed }) });
}

// A failure of the database or of this service says nothing about the item.
const isOfItem = (error: unknown): error is AppError => error instanceof AppError && error.status < 500;

/**
 * Validates and runs each item of a call as if it were called alone, all simultaneously so that they share statements; an item
 * that fails does not affect the others. The path of a broken rule begins with `inputs` and the index of its item.
 * @throws AppError BAD_USER_INPUT unless there are 1 to 100 items; what keeps an item from being tried at all, after all have ended.
 */
export async function settleItems<Input extends object, T>(
  inputClass: new () => Input,
  inputs: object[],
  run: (input: Input, index: number) => Promise<T>,
): Promise<Settled<T>[]> {
  checkCount(inputs);
  const calls = inputs.map(async (plain, index): Promise<Settled<T>> => {
    try {
      const { input, errors } = parsePlain(inputClass, plain);
      if (errors.length > 0) throw badUserInput(errors);
      return { value: await run(input, index) };
    } catch (error) {
      if (!isOfItem(error)) throw error;
      return { error: placeAt(index, error) };
    }
  });
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
