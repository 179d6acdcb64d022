import { SelectField, TextField } from '../ui/fields.js';
import { EMPTY_QUERY, ORDERS, STATES, type ListQuery } from './list-query.js';

interface FiltersProps {
  query: ListQuery;
  onChange: (query: ListQuery) => void;
}

const MORE = ['reference', 'metadata', 'createdSince', 'updatedSince'] as const;

function MoreFilters({ query, onChange }: FiltersProps) {
  const count = MORE.filter((name) => query[name] !== '').length;
  const set = (name: (typeof MORE)[number]) => (value: string) => onChange({ ...query, [name]: value });
  return (
    <details open={count > 0}>
      <summary>More filters{count > 0 ? ` (${count} in use)` : ''}</summary>
      <div className="filters">
        <TextField label="Reference" value={query.reference} onChange={set('reference')} />
        <TextField label="Metadata, as key=value" value={query.metadata} onChange={set('metadata')} />
        <TextField label="Created since" type="date" value={query.createdSince} onChange={set('createdSince')} />
        <TextField label="Changed since" type="date" value={query.updatedSince} onChange={set('updatedSince')} />
      </div>
    </details>
  );
}

/** Which customers the list shows, and in which order. */
export function Filters({ query, onChange }: FiltersProps) {
  return (
    <form role="search" aria-label="Customers" onSubmit={(event) => event.preventDefault()}>
      <div className="filters">
        <TextField
          label="Search by name"
          type="search"
          value={query.search}
          onChange={(search) => onChange({ ...query, search })}
        />
        <SelectField
          label="State"
          value={query.state}
          options={STATES}
          onChange={(state) => onChange({ ...query, state })}
        />
        <SelectField
          label="Order"
          value={query.order}
          options={ORDERS}
          onChange={(order) => onChange({ ...query, order })}
        />
      </div>
      <MoreFilters query={query} onChange={onChange} />
      {MORE.some((name) => query[name]) || query.search || query.state ? (
        <button type="button" className="quiet" onClick={() => onChange({ ...EMPTY_QUERY, order: query.order })}>
          Clear the filters
        </button>
      ) : null}
    </form>
  );
}
