import { parentPort } from 'node:worker_threads';
import { verifyPassword } from '../../lib/htpasswd/verify-password.ts';
import type { PasswordAnswer, PasswordQuestion } from './password-thread.ts';

/** The thread of PasswordThread. */
parentPort?.on('message', ({ ask, hash, password }: PasswordQuestion) => {
  const answer: PasswordAnswer = { ask, isRight: verifyPassword(hash, password) };
  parentPort?.postMessage(answer);
});
