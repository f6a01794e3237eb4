import type { Observer } from './observer.js';

/** Says that a run goes on without guests, when the last of them has ended. */
export function tellNoneLeft(notice: (text: string) => void): Observer {
  let guests = 0;
  return {
    start() {
      guests += 1;
    },
    ticks() {},
    end(_, { reason }) {
      guests -= 1;
      if (guests === 0 && reason === 'exited') {
        notice('no guest is left; those that start will be taken in');
      }
    },
    close() {},
  };
}
