// Asks a SOCKS5 proxy (RFC 1928, and RFC 1929 for user and password) on a connected socket for a
// tunnel. The proxy resolves the name. Knows nothing of what will go through the tunnel.

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ProxyServer } from './proxy-choice.ts';

const replies: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not allow the connection',
  3: 'it cannot reach the network',
  4: 'it cannot reach the host',
  5: 'the host refused the connection',
  6: 'the connection expired on the way',
  7: 'it does not know the command',
  8: 'it does not know the kind of address',
};

/**
 * Negotiates a tunnel. Calls back once: with null, and then the socket is the tunnel and nothing of
 * it has been lost; or with what went wrong, as the end of a sentence that begins with the proxy.
 */
export function negotiateSocks5(
  socket: Socket,
  proxy: ProxyServer,
  target: { readonly host: string; readonly port: number },
  done: (problem: string | null) => void,
): void {
  let received = Buffer.alloc(0);
  let step: 'method' | 'login' | 'connect' = 'method';

  const finish = (problem: string | null): void => {
    socket.off('data', onData);
    socket.off('close', onClose);
    socket.pause();
    if (problem === null && received.length > 0) socket.unshift(received);
    done(problem);
  };
  const onClose = (): void => finish('closed the connection before the tunnel stood');
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const size = step === 'connect' ? replyBytes(received) : 2;
      if (received.length < size) return;
      const message = received.subarray(0, size);
      received = received.subarray(size);
      const problem = problemOf(step, message, proxy);
      if (problem !== null || step === 'connect') {
        finish(problem);
        return;
      }
      const wantsLogin = step === 'method' && message[1] === 2;
      step = wantsLogin ? 'login' : 'connect';
      socket.write(wantsLogin ? loginMessage(proxy) : connectMessage(target));
    }
  };
  socket.on('data', onData);
  socket.on('close', onClose);
  socket.write(Buffer.from(proxy.credentials === null ? [5, 1, 0] : [5, 2, 0, 2]));
}

function problemOf(step: 'method' | 'login' | 'connect', message: Buffer, proxy: ProxyServer): string | null {
  if (step === 'login') return message[1] === 0 ? null : 'did not accept the user name and password';
  if (message[0] !== 5) return 'does not speak SOCKS5';
  const code = message[1] ?? 1;
  if (step === 'connect') return code === 0 ? null : `did not connect: ${replies[code] ?? `code ${code}`}`;
  if (code === 0 || (code === 2 && proxy.credentials !== null)) return null;
  return 'wants a user name and password';
}

/** How long the reply to a connect is: it ends with an address whose form its fourth byte says. */
function replyBytes(received: Buffer): number {
  if (received.length < 5) return 5;
  const kind = received[3];
  if (kind === 4) return 4 + 16 + 2;
  return kind === 3 ? 4 + 1 + (received[4] ?? 0) + 2 : 4 + 4 + 2;
}

function loginMessage(proxy: ProxyServer): Buffer {
  const user = Buffer.from(proxy.credentials?.user ?? '').subarray(0, 255);
  const password = Buffer.from(proxy.credentials?.password ?? '').subarray(0, 255);
  return Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]);
}

function connectMessage(target: { readonly host: string; readonly port: number }): Buffer {
  const port = Buffer.from([target.port >> 8, target.port & 0xff]);
  return Buffer.concat([Buffer.from([5, 1, 0]), address(target.host), port]);
}

function address(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([1, ...host.split('.').map(Number)]);
  if (isIP(host) === 6) return Buffer.from([4, ...ipv6Bytes(host)]);
  const name = Buffer.from(host).subarray(0, 255);
  return Buffer.concat([Buffer.from([3, name.length]), name]);
}

/** The sixteen bytes of an address as `URL` writes it: hexadecimal groups, one run of zeros left out. */
function ipv6Bytes(host: string): number[] {
  const [head = '', tail] = host.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
