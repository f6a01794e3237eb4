import { expect, test } from 'vitest';
import { tellNoneLeft } from '../../src/observers/tell-none-left.js';
import { info, inlineSummary } from './rows/events.js';

test('it is said when the last guest has ended by itself, and not at a limit', () => {
  const said: string[] = [];
  const observer = tellNoneLeft((text) => said.push(text));
  observer.start({ ...info, pid: 1 });
  observer.start({ ...info, pid: 2 });
  observer.end(1, { ...inlineSummary, reason: 'exited' });
  expect(said).toEqual([]);
  observer.end(2, { ...inlineSummary, reason: 'exited' });
  expect(said).toEqual(['no guest is left; those that start will be taken in']);
  observer.start({ ...info, pid: 3 });
  observer.end(3, { ...inlineSummary, reason: 'count' });
  expect(said).toHaveLength(1);
});
