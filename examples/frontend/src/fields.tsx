import { useId, type ReactNode } from 'react';
import { newPair, type Pair } from './pairs';
import { faultAt, type Problem } from './problem';

/** An input with its label, and below it what the service says about it. */
export function TextField(props: {
  label: string;
  value: string;
  fault?: string | undefined;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        value={props.value}
        aria-invalid={props.fault !== undefined}
        aria-describedby={props.fault ? `${id}-fault` : undefined}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.fault && (
        <p className="fault" id={`${id}-fault`}>
          {props.fault}
        </p>
      )}
    </div>
  );
}

/** Metadata as rows. `path` is the input's field that the rows become: a fault at [path, key] is shown at that key. */
export function PairFields(props: {
  pairs: Pair[];
  path: string;
  problem: Problem | null;
  onChange: (pairs: Pair[]) => void;
}) {
  const change = (row: number, values: Partial<Pair>) =>
    props.onChange(props.pairs.map((pair) => (pair.row === row ? { ...pair, ...values } : pair)));
  const fault = faultAt(props.problem, props.path);
  return (
    <fieldset>
      <legend>Metadata</legend>
      {fault && <p className="fault">{fault}</p>}
      {props.pairs.map((pair, index) => (
        <div className="pair" key={pair.row}>
          <TextField
            label={`Key ${index + 1}`}
            value={pair.key}
            fault={pair.key || pair.value ? faultAt(props.problem, props.path, pair.key) : undefined}
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
            onClick={() => props.onChange(props.pairs.filter(({ row }) => row !== pair.row))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" className="quiet" onClick={() => props.onChange([...props.pairs, newPair()])}>
        Add a pair
      </button>
    </fieldset>
  );
}

export const Alert = ({ children }: { children: ReactNode }) => (
  <div className="alert" role="alert">
    {children}
  </div>
);
