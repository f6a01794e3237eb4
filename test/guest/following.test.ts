import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { GuestStoppedError, type IcountError, NoSuchProcessError } from '../../src/errors.js';
import { Following } from '../../src/guest/following.js';
import type { FoundProcess } from '../../src/qemu/guest-scanner.js';

/** Guests that are there, and what is done with them. */
class World {
  guests: readonly FoundProcess[] = [];
  readonly told: { readonly message: string; readonly isNew: boolean }[] = [];
  readonly begun: string[] = [];
  readonly left: string[] = [];
  /** Says why one can't be had. */
  refuse: (found: FoundProcess) => unknown = () => undefined;
  readonly #ends = new Map<string, AbortController>();
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;

  start(already?: ConstructorParameters<typeof Following>[1]): void {
    const following = new Following(
      {
        find: async () => this.guests,
        tend: (found, signal) => this.#tend(found, signal),
        onFailure: ({ message }: IcountError, isNew) => this.told.push({ message, isNew }),
        lookEveryMs: 5,
      },
      already,
    );
    this.#run = following.run(this.#stop.signal);
    this.#run.catch(() => {});
  }

  /** The guest is over. */
  end(pid: number, startTicks: bigint): void {
    this.guests = this.guests.filter((one) => one.pid !== pid || one.startTicks !== startTicks);
    this.#ends.get(`${pid} ${startTicks}`)?.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  async #tend(found: FoundProcess, signal: AbortSignal): Promise<void> {
    const key = `${found.pid} ${found.startTicks}`;
    this.begun.push(key);
    const refusal = this.refuse(found);
    if (refusal !== undefined) throw refusal;
    const end = new AbortController();
    this.#ends.set(key, end);
    await sleep(2 ** 30, undefined, { signal: AbortSignal.any([end.signal, signal]) }).catch(
      () => {},
    );
    this.left.push(key);
  }
}

const A = { pid: 1, startTicks: 10n };
const B = { pid: 2, startTicks: 20n };

test('guests are tended once each, as they come, and left as they go', async () => {
  const world = new World();
  world.start();
  world.guests = [A];
  await vi.waitFor(() => expect(world.begun).toEqual(['1 10']));
  world.guests = [A, B];
  await vi.waitFor(() => expect(world.begun).toEqual(['1 10', '2 20']));
  world.end(1, 10n);
  await vi.waitFor(() => expect(world.left).toEqual(['1 10']));
  await world.stop();

  expect(world.begun).toEqual(['1 10', '2 20']);
  expect(world.left).toEqual(['1 10', '2 20']);
});

test('a pid that is used again is another guest', async () => {
  const world = new World();
  world.guests = [A];
  world.start();
  await vi.waitFor(() => expect(world.begun).toEqual(['1 10']));
  world.end(1, 10n);
  world.guests = [{ pid: 1, startTicks: 11n }];
  await vi.waitFor(() => expect(world.begun).toEqual(['1 10', '1 11']));
  await world.stop();
});

test('one that cannot be had is told of once, and tried again at growing intervals', async () => {
  const world = new World();
  world.refuse = ({ pid }) => new GuestStoppedError(pid);
  world.guests = [A];
  const begun = performance.now();
  world.start();
  await vi.waitFor(() => expect(world.begun).toHaveLength(3), { timeout: 10_000 });
  const took = performance.now() - begun;
  await world.stop();

  expect(world.told.map(({ isNew }) => isNew)).toEqual([true, false, false]);
  expect(took).toBeGreaterThan(3_000 - 50);
  expect(took).toBeLessThan(6_000);
});

test('one that can be had after all is told of again when it cannot be once more', async () => {
  const world = new World();
  world.refuse = ({ pid }) => (world.begun.length === 2 ? undefined : new GuestStoppedError(pid));
  world.guests = [A];
  world.start();
  await vi.waitFor(() => expect(world.begun).toHaveLength(2), { timeout: 5_000 });
  world.end(1, 10n);
  world.guests = [A];
  await vi.waitFor(() => expect(world.begun).toHaveLength(3), { timeout: 5_000 });
  await world.stop();

  expect(world.told.map(({ isNew }) => isNew)).toEqual([true, true]);
});

test('one that ends while it is attached to is no failure', async () => {
  const world = new World();
  world.refuse = ({ pid }) => {
    world.guests = [];
    return new NoSuchProcessError(pid);
  };
  world.guests = [A];
  world.start();
  await vi.waitFor(() => expect(world.begun).toHaveLength(1));
  await world.stop();

  expect(world.told).toEqual([]);
});

test('what is no failure of a guest ends it all, when all have been left', async () => {
  const world = new World();
  world.refuse = ({ pid }) => (pid === 2 ? new Error('a bug') : undefined);
  world.guests = [A];
  world.start();
  await vi.waitFor(() => expect(world.begun).toHaveLength(1));
  world.guests = [A, B];
  await vi.waitFor(() => expect(world.left).toEqual(['1 10']));

  await expect(world.stop()).rejects.toThrow('a bug');
});

test('those that others tend are left alone, and those that could not be had tried later', async () => {
  const world = new World();
  world.guests = [A, B];
  world.refuse = ({ pid }) => new GuestStoppedError(pid);
  world.start({ tended: [A], failed: [B] });
  await vi.waitFor(() => expect(world.told).toHaveLength(1), { timeout: 5_000 });
  await world.stop();

  expect(world.begun).toEqual(['2 20']);
  expect(world.told.map(({ isNew }) => isNew)).toEqual([false]);
});

test('500 guests that come and go are each had, and left', async () => {
  const world = new World();
  world.start();
  for (let pid = 0; pid < 500; pid += 1) {
    world.guests = [{ pid, startTicks: BigInt(pid) }];
    await vi.waitFor(() => expect(world.begun).toHaveLength(pid + 1), { interval: 1 });
    world.end(pid, BigInt(pid));
  }
  await vi.waitFor(() => expect(world.left).toHaveLength(500));
  await world.stop();
});
