/**
 * What a program needs to be found and started, and a script that runs gdb to do its work. All else
 * stays outside: PYTHONHOME of a vendor's tools ends gdb at its start, LD_PRELOAD, GCONV_PATH and
 * GLIBC_TUNABLES change the C library in it, TERMINFO, INPUTRC, GDBHISTFILE and LINES its console,
 * DEBUGINFOD_URLS sends it to the network, and the next version heeds variables that nobody knows yet.
 */
const PASSED: readonly string[] = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'XDG_RUNTIME_DIR'];

/** Variables that begin so mean us, and nobody else: what a script that runs gdb is to be told. */
const OUR_PREFIX = 'ICOUNT_';

/** Where libraries are found: of a gdb of the user's own, or of something that is no business of gdb's. */
const LIBRARY_PATH = 'LD_LIBRARY_PATH';

/**
 * GDB 16.3 (Debian 13) prints an uninitialized pointer before the `^running` of an `attach&`
 * (`current_token` in gdb/mi/mi-interp.h), and crashes where that memory was in use before. glibc can
 * be told to hand out zeroed memory (mallopt(3), M_PERTURB: all bits of the value are inverted), but
 * what a thread reuses from its cache (tcache, malloc/malloc.c) stays as it was, unless that cache is
 * off (`tcache_count`). With the cache on, the length of gdb's own path decides whether it crashes, and
 * then it always does.
 *
 * That is glibc's: other C libraries (musl, on Alpine) heed no such variable, and nothing else here
 * depends on glibc. There this gdb attaches as long as its memory happens to hold 0, as it did 12
 * times of 12 with glibc and without the variable. Where it dies, the guest runs on and another gdb is
 * tried, three in all; then we end with what the last one died of.
 */
const ZEROED_MEMORY = {
  MALLOC_PERTURB_: '255',
  GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
};

/** No code of the user's in gdb's Python, neither from the home nor from the working directory. */
const ISOLATED_PYTHON = {
  PYTHONNOUSERSITE: '1',
  PYTHONSAFEPATH: '1',
  PYTHONDONTWRITEBYTECODE: '1',
};

/**
 * The environment of every gdb: what there is of it in `own`, ours, and our settings.
 *
 * `libraries` is whether our library path is gdb's, too. A gdb that does not start with it may well
 * start without.
 */
export function gdbEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  libraries: 'as-ours' | 'of-the-system',
): Readonly<Record<string, string>> {
  const names = libraries === 'as-ours' ? [...PASSED, LIBRARY_PATH] : PASSED;
  const passed = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && (names.includes(name) || name.startsWith(OUR_PREFIX))
      ? [[name, value] as const]
      : [],
  );
  return {
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    TERM: 'dumb',
    ...ZEROED_MEMORY,
    ...ISOLATED_PYTHON,
  };
}
