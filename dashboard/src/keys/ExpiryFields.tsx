import { SelectField, TextField } from '../ui/fields.js';
import { EXPIRIES, type Expiry } from './expiry.js';

export interface ChosenExpiry {
  expiry: Expiry;
  /** As the date field has it; used with `date` alone. */
  date: string;
}

interface ExpiryFieldsProps extends ChosenExpiry {
  fault: string | undefined;
  onChange: (chosen: ChosenExpiry) => void;
}

/** When a key ends. */
export const ExpiryFields = ({ expiry, date, fault, onChange }: ExpiryFieldsProps) => (
  <>
    <SelectField
      label="It ends"
      value={expiry}
      options={EXPIRIES}
      onChange={(chosen) => onChange({ expiry: chosen, date })}
    />
    {expiry === 'date' ? (
      <TextField
        label="Last day"
        type="date"
        value={date}
        fault={fault}
        onChange={(day) => onChange({ expiry, date: day })}
      />
    ) : (
      fault && <p className="fault">{fault}</p>
    )}
  </>
);
