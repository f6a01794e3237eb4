import { expect, test } from 'vitest';
import { frozenCgroup, parseMembership, parseMounts } from '../../src/proc/cgroup.js';

test('a process is in one cgroup of version 2, and in one of each hierarchy of version 1', () => {
  const text = '9:name=systemd:/\n6:cpu,freezer:/a:b/c d\n5:cpuset:/x\n0::/user.slice\n';

  expect(parseMembership(text)).toEqual([
    { path: '/a:b/c d', version: 1 },
    { path: '/user.slice', version: 2 },
  ]);
});

test.each(['', '\n', 'nonsense', '0:', '::/', '6:freezer'])('%j is no membership', (text) => {
  expect(parseMembership(text)).toEqual([]);
});

test('hierarchies that can freeze are found wherever they are mounted', () => {
  const text = [
    '30 23 0:26 / /sys/fs/cgroup/freezer rw,relatime shared:9 - cgroup none rw,freezer',
    '31 23 0:27 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup none rw,cpu',
    '32 23 0:28 /docker/a\\040b /mnt/c\\040d rw - cgroup2 cgroup2 rw,nsdelegate',
    '33 23 0:29 / /tmp rw - tmpfs none rw',
    '',
  ].join('\n');

  expect(parseMounts(text)).toEqual([
    { version: 1, root: '/', directory: '/sys/fs/cgroup/freezer' },
    { version: 2, root: '/docker/a b', directory: '/mnt/c d' },
  ]);
});

test('a process that runs is in no frozen cgroup, nor is one that is not there', () => {
  expect(frozenCgroup(process.pid)).toBeUndefined();
  expect(frozenCgroup(2 ** 31 - 1)).toBeUndefined();
});
