import { Alert } from '../ui/Alert.js';
import { listConflict, type Content, type Stored } from './edit.js';

interface ConflictProps {
  base: Content;
  stored: Stored;
  edited: Content;
  onSaveOnTop: () => void;
  onTakeStored: () => void;
}

/** What others have changed since the form was opened, and what saving would change; a person decides. */
export function Conflict({ base, stored, edited, onSaveOnTop, onTakeStored }: ConflictProps) {
  return (
    <Alert>
      <h2>Somebody changed this customer meanwhile</h2>
      <p>
        Nothing of yours is saved yet. Version {stored.version} is stored now. Saving yours on top keeps what only they
        changed.
      </p>
      <div className="table" tabIndex={0} role="group" aria-label="Both changes">
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">Theirs</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {listConflict(base, stored, edited).map(({ field, before, theirs, yours }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>{before ?? 'none'}</td>
                <td>{theirs ?? 'none'}</td>
                <td>{yours ?? 'none'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="row start">
        <button type="button" onClick={onSaveOnTop}>
          Save mine on top
        </button>
        <button type="button" className="quiet" onClick={onTakeStored}>
          Take theirs
        </button>
      </div>
    </Alert>
  );
}
