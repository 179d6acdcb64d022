/** A selected field of an object, and under which key it is answered. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  /** What `__typename` answers; undefined for every other field. */
  readonly typeName: string | undefined;
  /** What is selected of an object; undefined for a scalar. */
  readonly fields: readonly SelectedField[] | undefined;
}

/** Names the method of a source that writes its lists as JSON. */
export const WRITE_LIST = Symbol('write list');

/** A source of fields that writes lists without making an object of each item. */
export interface ListWriter {
  /**
   * Writes a list of objects: the same JSON as that of the field's value.
   * @returns undefined where it cannot; then the value is read.
   */
  [WRITE_LIST](name: string, fields: readonly SelectedField[]): string | undefined;
}
