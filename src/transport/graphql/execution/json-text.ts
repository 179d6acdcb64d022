import type { Selection, ValuePlan } from './plan.js';

/** A value of an answer that has been written as JSON already. */
export class JsonText {
  constructor(readonly text: string) {}

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

type Fields = Record<string, unknown>;

function stringifyValue(plan: ValuePlan, value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (value === null) return 'null';
  if (plan.kind === 'object') return stringifyFields(plan.select(), value as Fields);
  if (plan.kind === 'list') return `[${(value as unknown[]).map((item) => stringifyValue(plan.item, item)).join()}]`;
  return JSON.stringify(value);
}

/** Writes completed fields as JSON. Of plain objects `JSON.stringify` does the same faster: this is for those that hold JsonText. */
export function stringifyFields({ fields }: Selection, values: Fields): string {
  // Concatenated, since join would copy the texts.
  let json = '';
  let separator = '{';
  for (const { key, value } of fields) {
    json += `${separator}${JSON.stringify(key)}:${stringifyValue(value, values[key])}`;
    separator = ',';
  }
  return json === '' ? '{}' : `${json}}`;
}

/** Writes the result of an operation as JSON. */
export function stringifyResult(result: { errors?: unknown; data?: unknown }): string {
  const { errors, data } = result;
  if (!(data instanceof JsonText)) return JSON.stringify(result);
  return errors === undefined ? `{"data":${data.text}}` : `{"errors":${JSON.stringify(errors)},"data":${data.text}}`;
}
