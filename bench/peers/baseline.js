// The baseline: bare node:http, JSON.parse and one prepared statement per request. BASELINE=batched commits and looks up
// the requests in flight in one statement.
const http = require('node:http');
const shared = require('./common.js');

const { pool, newId, clinicId, apiKeyId, COLUMNS, INSERT, port } = shared;

function batched(run) {
  const waiting = [];
  let running = 0;
  const next = async () => {
    running += 1;
    const batch = waiting.splice(0, 64);
    try {
      const answers = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, n) => resolve(answers[n]));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
    running -= 1;
    if (waiting.length > 0) void next();
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running === 0) void next();
    });
}

const createBatched = batched(async (inputs) => {
  const rows = inputs.map(({ expressCustomerName, metadata }) => ({
    id: newId(),
    name: expressCustomerName,
    search: expressCustomerName.toLowerCase(),
    metadata,
  }));
  const text = `${INSERT} SELECT $1, id, name, search, metadata, $2
    FROM json_to_recordset($3::json) AS row(id text, name text, search text, metadata jsonb) RETURNING ${COLUMNS}`;
  const answer = await pool.query({ name: 'creates', text, values: [clinicId, apiKeyId, JSON.stringify(rows)] });
  const byId = new Map(answer.rows.map((row) => [row.expressCustomerId, row]));
  return rows.map(({ id }) => byId.get(id));
});

const getBatched = batched(async (ids) => {
  // One look-up in the primary key for each id: for `= ANY` the planner takes another index and reads all of the clinic.
  const text = `SELECT ${COLUMNS} FROM unnest($2::text[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM express_customers WHERE clinic_id = $1 AND express_customer_id = wanted.id LIMIT 1) AS customer`;
  const answer = await pool.query({ name: 'gets', text, values: [clinicId, ids] });
  const byId = new Map(answer.rows.map((row) => [row.expressCustomerId, row]));
  return ids.map((id) => byId.get(id) ?? null);
});

const isBatched = process.env.BASELINE === 'batched';
const create = isBatched ? createBatched : shared.create;
const get = isBatched ? getBatched : shared.get;

const answerTo = {
  '/create': (body) => create(body),
  '/get': ({ expressCustomerId }) => get(expressCustomerId),
  '/list': ({ first }) => shared.list(first),
  '/page': ({ first, after }) => shared.list(first, after),
};

http
  .createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (text += chunk));
    request.on('end', async () => {
      try {
        const answer = JSON.stringify(await answerTo[request.url](JSON.parse(text)));
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
        response.end(answer);
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    });
  })
  .listen(port, '127.0.0.1');
