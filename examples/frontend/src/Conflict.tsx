import { Alert } from './fields';
import { differences, type Metadata, type Read } from './pairs';

/** What is stored now, and what saving on top of exactly this version would make of it: the others' other keys survive. */
export function Conflict(props: { stored: Read; result: Metadata; onSaveOnTop: () => void; onTakeStored: () => void }) {
  return (
    <Alert>
      <h3>Somebody changed this customer meanwhile</h3>
      <p>
        Nothing of yours is saved yet. Version {props.stored.version} is stored now; saving yours would change it so:
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Stored</th>
            <th scope="col">Yours</th>
          </tr>
        </thead>
        <tbody>
          {differences(props.stored.metadata, props.result).map(({ key, left, right }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>{left ?? 'none'}</td>
              <td>{right ?? 'none'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row">
        <button type="button" onClick={props.onSaveOnTop}>
          Save mine on top
        </button>
        <button type="button" className="quiet" onClick={props.onTakeStored}>
          Take what is stored
        </button>
      </div>
    </Alert>
  );
}
