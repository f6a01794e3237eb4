import { readFileSync, realpathSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupByFile, parseMaps } from '../../src/proc/maps.js';

const parse = (text: string) => parseMaps(Buffer.from(text, 'latin1'));

const LIBINSN = `\
7f2a91985000-7f2a91986000 r--p 00000000 fd:00 2146457                    /opt/libinsn.so
7f2a91986000-7f2a91987000 r-xp 00001000 fd:00 2146457                    /opt/libinsn.so
7f2a91987000-7f2a91988000 rw-p 00002000 fd:00 2146457                    /opt/libinsn.so
`;

test('a line is taken apart', () => {
  expect(parse(LIBINSN)[1]).toEqual({
    start: 0x7f2a91986000n,
    end: 0x7f2a91987000n,
    executable: true,
    offset: 0x1000n,
    device: 'fd:00',
    inode: 2146457n,
    path: '/opt/libinsn.so',
    pathBytes: Buffer.from('/opt/libinsn.so'),
    deleted: false,
  });
});

describe('file names as Linux 6.18 was seen to write them', () => {
  const line = (name: string) =>
    `7f2a91985000-7f2a91986000 ---s 00000000 fe:00 2146457                    ${name}\n`;

  test.each([
    ['plain', '/t/plain', '/t/plain', false],
    ['with a newline, the one escape', '/t/new\\012line', '/t/new\nline', false],
    ['with a backslash', '/t/back\\slash', '/t/back\\slash', false],
    ['with another escape that is none', '/t/a\\040b', '/t/a\\040b', false],
    ['with blanks inside and at the end', '/t/a  b  ', '/t/a  b  ', false],
    ['with a blank at the start', '/t/ lead', '/t/ lead', false],
    ['with a tab, a return and a control character', '/t/\t\r\x01', '/t/\t\r\x01', false],
    ['of a file that is gone', '/t/gone (deleted)', '/t/gone', true],
    ['of a file that is gone, ending in a newline', '/t/gone\\012 (deleted)', '/t/gone\n', true],
    [
      'that ends so itself, of a file that is gone',
      '/t/x (deleted) (deleted)',
      '/t/x (deleted)',
      true,
    ],
    ['of memory without a file', '/memfd:jit (deleted)', '/memfd:jit', true],
    ['of no file', '[heap]', '[heap]', false],
  ])('%s', (_, written, path, deleted) => {
    expect(parse(line(written))).toMatchObject([{ path, pathBytes: Buffer.from(path), deleted }]);
  });

  test('that are no UTF-8 keep their bytes', () => {
    const [mapping] = parse(line('/t/hi\xff\x80b'));
    expect(mapping?.pathBytes).toEqual(Buffer.from('/t/hi\xff\x80b', 'latin1'));
    expect(mapping?.path).toBe('/t/hi\ufffd\ufffdb');
  });
});

test('memory without a name has no path', () => {
  const [mapping] = parse('55ca16c33000-55ca16de6000 rw-p 00000000 00:00 0 \n');
  expect(mapping).toMatchObject({ path: undefined, pathBytes: undefined, inode: 0n });
});

test('addresses and inodes have all their 64 bits', () => {
  const [mapping] = parse(
    'ffffffffff600000-ffffffffffffffff --xp fffffffffffff000 00:00 18446744073709551615 [vsyscall]',
  );
  expect(mapping).toMatchObject({
    start: 0xffffffffff600000n,
    end: 2n ** 64n - 1n,
    offset: 0xfffffffffffff000n,
    inode: 2n ** 64n - 1n,
    executable: true,
  });
});

test.each([
  '',
  '\n\n',
  'nonsense',
  '7f2a91985000-7f2a91986000',
  '7f2a91985000-7f2a91986000 r--p 00000000 fd:00',
  '7f2a91985000-7f2a91986000 rrrr 00000000 fd:00 1 /x',
  '7f2a91986000-7f2a91985000 r--p 00000000 fd:00 1 /x',
  '7f2a91985000-7f2a91985000 r--p 00000000 fd:00 1 /x',
  '10000000000000000-20000000000000000 r--p 00000000 fd:00 1 /x',
  '-7f2a91985000-7f2a91986000 r--p 00000000 fd:00 1 /x',
  '0x7f2a9198500-7f2a91986000 r--p 00000000 fd:00 1 /x',
  '7f2a91985000-7f2a91986000 r--p 00000000 fd:00 123456789012345678901 /x',
  `7f2a91985000-7f2a91986000 r--p 00000000 fd:00 1 /${'x'.repeat(70_000)}`,
])('%j is left out, and the next line read', (line) => {
  expect(parse(`${line}\n${LIBINSN}`)).toHaveLength(3);
});

test('a last line without its end is read', () => {
  expect(parse(LIBINSN.trimEnd())).toHaveLength(3);
});

describe('grouped by file', () => {
  test('each file has its base and all its mappings', () => {
    const files = groupByFile(parse(LIBINSN));
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({
      path: '/opt/libinsn.so',
      device: 'fd:00',
      inode: 2146457n,
      deleted: false,
      base: { start: 0x7f2a91985000n },
    });
    expect(files[0]?.mappings).toHaveLength(3);
  });

  test('the base is the lowest mapping of offset 0, in whatever order they come', () => {
    const [file] = groupByFile(
      parse(`\
3000-4000 r--p 00000000 fd:00 7 /a
1000-2000 r--p 00001000 fd:00 7 /a
2000-3000 r--p 00000000 fd:00 7 /a
`),
    );
    expect(file?.base.start).toBe(0x2000n);
  });

  test('another device, inode or name is another file', () => {
    const files = groupByFile(
      parse(`\
1000-2000 r--p 00000000 fd:00 7 /a
2000-3000 r--p 00000000 fd:01 7 /a
3000-4000 r--p 00000000 fd:00 8 /a
4000-5000 r--p 00000000 fd:00 7 /b
5000-6000 r--p 00000000 fd:00 7 /a (deleted)
`),
    );
    expect(files.map(({ base, deleted }) => [base.start, deleted])).toEqual([
      [0x1000n, false],
      [0x2000n, false],
      [0x3000n, false],
      [0x4000n, false],
      [0x5000n, true],
    ]);
  });

  test('what has no inode, no name or no offset 0 is no file', () => {
    expect(
      groupByFile(
        parse(`\
1000-2000 r--p 00000000 00:00 0 [heap]
2000-3000 r--p 00000000 00:00 0 
3000-4000 r--p 00001000 fd:00 7 /a
`),
      ),
    ).toEqual([]);
  });
});

test("this process's own maps are read to the last line", () => {
  const text = readFileSync('/proc/self/maps');
  expect(parseMaps(text)).toHaveLength(text.toString('latin1').trimEnd().split('\n').length);
  const node = realpathSync(process.execPath);
  const file = groupByFile(parseMaps(text)).find(({ path }) => path === node);
  expect(file?.inode).toBe(statSync(node, { bigint: true }).ino);
  expect(file?.mappings.some(({ executable }) => executable)).toBe(true);
});

test('any bytes at all are read without complaint', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      groupByFile(parseMaps(Buffer.from(bytes)));
    }),
  );
});

test('any file name comes back byte for byte', () => {
  const nameBytes = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(nameBytes, fc.boolean(), (bytes, deleted) => {
      const name = Buffer.concat([Buffer.from('/'), bytes])
        .toString('latin1')
        .replaceAll('\0', '');
      fc.pre(!name.includes('\\012') && !name.endsWith(' (deleted)'));
      const written = name.replaceAll('\n', '\\012') + (deleted ? ' (deleted)' : '');
      const [mapping] = parse(`1000-2000 r--p 00000000 fd:00 7 ${written}\n`);
      expect(mapping?.pathBytes?.toString('latin1')).toBe(name);
      expect(mapping?.deleted).toBe(deleted);
    }),
  );
});
