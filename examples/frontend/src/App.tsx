import { useState } from 'react';
import { CreateForm } from './CreateForm';
import { CustomerList } from './CustomerList';
import { CustomerPanel } from './CustomerPanel';

export function App() {
  const [selected, select] = useState<string | null>(null);
  const [created, setCreated] = useState('');
  return (
    <>
      <header>
        <h1>Express customers</h1>
      </header>
      <main>
        <CustomerList selected={selected} onSelect={select} />
        <div className="side">
          {selected ? (
            <CustomerPanel key={selected} id={selected} onClose={() => select(null)} />
          ) : (
            <CreateForm onCreated={(name) => setCreated(`Created: ${name}`)} />
          )}
          <p role="status" className="muted">
            {created}
          </p>
        </div>
      </main>
    </>
  );
}
