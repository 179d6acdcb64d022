import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A response as it came over a socket. */
export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

export const portOf = (url: string): number => Number(new URL(url).port);

export async function connectTo(url: string): Promise<Socket> {
  const socket = connect(portOf(url), '127.0.0.1');
  // A test that ends destroys what it left open.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All responses in a text that a server wrote, each with a content-length. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest.startsWith('HTTP/1.1 ');) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    answers.push({ status: Number(head.slice(9, 12)), head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

/** Sends bytes and reads until the server closes the connection or has sent so many answers. */
export async function sendRaw(url: string, bytes: string, count = Infinity): Promise<RawAnswer[]> {
  const socket = await connectTo(url);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (parseAnswers(text).length >= count) socket.destroy();
  });
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return parseAnswers(text);
}
