/** A value as JSON inside a script element, which "</script>" in a string would end. */
export const toScriptLiteral = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
