import { useId, type HTMLInputAutoCompleteAttribute } from 'react';
import { faultAt, faultAtKey, type Problem } from '../shared/problem.js';
import { newPair, type Pair } from '../shared/pairs.js';

interface TextFieldProps {
  label: string;
  value: string;
  fault?: string | undefined;
  /** What is allowed, below the label. */
  hint?: string;
  type?: 'text' | 'search' | 'password' | 'date';
  autoComplete?: HTMLInputAutoCompleteAttribute;
  onChange: (value: string) => void;
}

/** An input with its label, and below it what is wrong with it. */
export function TextField({
  label,
  value,
  fault,
  hint,
  type = 'text',
  autoComplete = 'off',
  onChange,
}: TextFieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={id}
        type={type}
        value={value}
        autoComplete={autoComplete}
        spellCheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={described || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault && (
        <p className="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

interface SelectFieldProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}

/** A choice with its label. */
export function SelectField<Value extends string>({ label, value, options, onChange }: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value as Value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface PairFieldsProps {
  pairs: Pair[];
  problem: Problem | null;
  onChange: (pairs: Pair[]) => void;
}

/** Metadata as rows. A fault at ["metadata", key] is shown at that key. */
export function PairFields({ pairs, problem, onChange }: PairFieldsProps) {
  const change = (row: number, values: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.row === row ? { ...pair, ...values } : pair)));
  const fault = faultAt(problem, 'metadata');
  return (
    <fieldset>
      <legend>Metadata</legend>
      {fault && <p className="fault">{fault}</p>}
      {pairs.map((pair, index) => (
        <div className="pair" key={pair.row}>
          <TextField
            label={`Key ${index + 1}`}
            value={pair.key}
            fault={pair.key || pair.value ? faultAtKey(problem, pair.key) : undefined}
            onChange={(key) => change(pair.row, { key })}
          />
          <TextField
            label={`Value ${index + 1}`}
            value={pair.value}
            onChange={(value) => change(pair.row, { value })}
          />
          <button
            type="button"
            className="quiet"
            aria-label={`Remove pair ${index + 1}`}
            onClick={() => onChange(pairs.filter(({ row }) => row !== pair.row))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" className="quiet" onClick={() => onChange([...pairs, newPair()])}>
        Add a pair
      </button>
    </fieldset>
  );
}
