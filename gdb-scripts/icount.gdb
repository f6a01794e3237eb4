# A command for gdb itself: `icount` reads libinsn's counters once. For a person who has gdb and
# no Node; icount-gdb does not use it.
#
#   gdb -p PID -x icount.gdb                 then: icount, help icount
#   gdb -p PID -batch -x icount.gdb -ex icount
#
# No Python, which not every gdb is built with. The command language has no way to ask whether a
# symbol exists, short of an error that ends the command; but `pipe` (GDB 10) hands the list of
# variables to awk, whose exit status is the answer: $_shell_exitcode.

define icount
  if $argc != 0
    printf "icount takes no arguments; see: help icount\n"
  else
    # A variable that was never set is void, and so is one that gets its value.
    set $icount_total = $icount_void
    if $_thread == 0
      printf "icount: no process; attach to a QEMU first: attach PID\n"
    else
      # What follows is C, and newer QEMUs are in part Rust. Not always `with`: it makes gdb warn
      # of every frame that is not C, such as a system call's.
      pipe info frame | grep -q "source language rust"
      if $_shell_exitcode == 0
        with language c -- icount-read
      else
        icount-read
      end
    end
  end
end

document icount
Read the instruction counters of QEMU's libinsn plugin, once.

Usage: icount

Prints what each vCPU has executed, where libinsn counts per vCPU, and the
total, in the words of libinsn's own report:

  libinsn, layout array, callback mode
  cpu 0 insns: 100007
  cpu 1 insns: 200011
  total insns: 300018

The total is left in $icount_total, void when nothing could be read. All four
layouts are known: scalar (QEMU 4.2 to 6), array-with-pc (7.0 to 8.0), array
(8.1 and 8.2) and scoreboard (9.0 and newer). libinsn.so must have debug
information, which QEMU's own build gives it. Uses awk and grep; GDB 10 or newer.

In inline mode the array layouts keep one counter for all vCPUs, as scalar
does in both modes. With more than eight vCPUs, slot 0 of an array holds vCPUs
0, 8, 16 and so on.

The guest stands still while gdb is at its prompt: leave with quit, or run it
with "continue" and stop it with Ctrl-C. icount-gdb PID shows the counts of a
guest that goes on running.
end

define icount-read
  icount-layout
  if $icount_layout == 0
    icount-absent
  end
  if $icount_layout == 1
    icount-one scalar 'insn.c'::insn_count
  end
  if $icount_layout == 2
    icount-array
  end
  if $icount_layout == 3
    icount-scoreboard
  end
end

document icount-read
What icount does, in C. Use icount.
end

# 1: insn_count is a number, 2: inline_insn_count and counts[], 3: insn_count is a scoreboard's
# handle, 0: no libinsn. QEMU's other plugins have variables of these names: only insn.c's count.
define icount-layout
  pipe -d @@ info variables -q -n ^\(insn_count\|inline_insn_count\|counts\|do_inline\)$ @@ awk '/^File / { ours = /[ \/]insn\.c:$/ } ours && / do_inline;$/ { inline = 1 } ours && / insn_count;$/ { kind = / qemu_plugin_u64 / ? 3 : 1 } ours && / inline_insn_count;$/ { one = 1 } ours && / counts\[[0-9]+\];$/ { many = 1 } END { if (one && many) kind = 2; exit inline ? kind : 0 }'
  set $icount_layout = $_shell_exitcode
end

document icount-layout
Set $icount_layout to what is known of libinsn's variables. Use icount.
end

# icount-one LAYOUT COUNTER
define icount-one
  if sizeof($arg1) != 8
    printf "icount: libinsn's counter has %d bytes instead of 8; nothing was read\n", (int)sizeof($arg1)
  else
    set $icount_total = (unsigned long long)$arg1
    if 'insn.c'::do_inline
      printf "libinsn, layout $arg0, inline mode: one counter for all vCPUs\n"
    else
      printf "libinsn, layout $arg0, callback mode: one counter for all vCPUs\n"
    end
    printf "total insns: %llu\n", $icount_total
  end
end

document icount-one
Print a counter that all vCPUs share. Use icount.
end

# The elements of counts[] have a member last_pc before insn_count, or not: gdb knows.
define icount-array
  set $icount_slots = (int)(sizeof('insn.c'::counts) / sizeof('insn.c'::counts[0]))
  set $icount_stride = (int)sizeof('insn.c'::counts[0])
  set $icount_first = (char *)&'insn.c'::counts[0].insn_count
  if $icount_stride == 16
    if 'insn.c'::do_inline
      icount-one array-with-pc 'insn.c'::inline_insn_count
    else
      printf "libinsn, layout array-with-pc, callback mode\n"
      icount-each
    end
  else
    if 'insn.c'::do_inline
      icount-one array 'insn.c'::inline_insn_count
    else
      printf "libinsn, layout array, callback mode\n"
      icount-each
    end
  end
end

document icount-array
Print the counters of QEMU 7.0 to 8.2. Use icount.
end

# insn_count.score points to a struct that begins with a GArray *, which GLib (garray.c) has as
# { guint8 *data; guint len; guint elt_capacity; guint elt_size; ... }. libinsn's debug
# information does not have it, hence the casts.
define icount-scoreboard
  set $icount_score = (char *)'insn.c'::insn_count.score
  if $icount_score == 0
    printf "icount: libinsn has no scoreboard yet\n"
  else
    set $icount_array = *(char **)$icount_score
    set $icount_first = *(char **)$icount_array + 'insn.c'::insn_count.offset
    set $icount_slots = *(unsigned int *)($icount_array + sizeof(char *))
    set $icount_stride = *(unsigned int *)($icount_array + sizeof(char *) + 8)
    if $icount_slots > 65536 || $icount_stride < 8 || $icount_stride > 4096
      printf "icount: this is no scoreboard: %u slots of %u bytes\n", $icount_slots, $icount_stride
    else
      if 'insn.c'::do_inline
        printf "libinsn, layout scoreboard, inline mode\n"
      else
        printf "libinsn, layout scoreboard, callback mode\n"
      end
      icount-each
    end
  end
end

document icount-scoreboard
Print the counters of QEMU 9.0 and newer. Use icount.
end

# $icount_slots counters, the first at $icount_first, $icount_stride bytes from one to the next.
# Those that have counted nothing are left out: most are spare.
define icount-each
  set $icount_sum = (unsigned long long)0
  set $icount_slot = 0
  while $icount_slot < $icount_slots
    set $icount_count = *(unsigned long long *)($icount_first + $icount_slot * $icount_stride)
    if $icount_count != 0
      printf "cpu %d insns: %llu\n", $icount_slot, $icount_count
      set $icount_sum = $icount_sum + $icount_count
    end
    set $icount_slot = $icount_slot + 1
  end
  set $icount_total = $icount_sum
  printf "total insns: %llu\n", $icount_total
end

document icount-each
Print one counter per vCPU, and their sum. Use icount.
end

# Says which of three it is: no plugin, a file that gdb did not find, no debug information. The
# column "Syms Read" of `info sharedlibrary` is Yes, Yes (*) or No.
define icount-absent
  pipe -d @@ info sharedlibrary @@ awk '/insn[^\/]*\.so/ { found = 1; read = / Yes / } END { if (!found) print "icount: this process has no libinsn.so loaded"; else if (!read) print "icount: gdb has not read libinsn.so; if QEMU was given a relative path: cd to the directory in which QEMU was started, then: sharedlibrary insn"; else print "icount: libinsn.so has no debug information; icount-gdb reads it without" }'
end

document icount-absent
Say why there is nothing to read. Use icount.
end
