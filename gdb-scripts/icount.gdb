# A command for gdb itself: `icount` reads the counters of libinsn or libbb once. For a person who has gdb and
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
Read the instruction counters of QEMU's plugin libinsn or libbb, once.

Usage: icount

Prints what each vCPU has executed, where the plugin counts per vCPU, and the
total, in the words of libinsn's own report:

  libinsn, layout array, callback mode
  cpu 0 insns: 100007
  cpu 1 insns: 200011
  total insns: 300018

The total is left in $icount_total, void when nothing could be read. All
layouts are known: of libinsn scalar (QEMU 4.2 to 6), array-with-pc (7.0 to
8.0), array (8.1 and 8.2) and scoreboard (9.0 and newer); of libbb block-scalar
(4.2 to 5.1), block-struct (5.2 to 8.2) and block-scoreboard (9.0 and newer).
Where both are loaded, libinsn is read. The plugin must have debug information,
which QEMU's own build gives it. Uses awk and grep; GDB 10 or newer.

In inline mode the array layouts keep one counter for all vCPUs, as the scalar
ones do in both modes, and block-struct in inline mode and in user mode. With
more than eight vCPUs, slot 0 of an array holds vCPUs 0, 8, 16 and so on.

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
    icount-one libinsn insn.c scalar insn_count
  end
  if $icount_layout == 2
    icount-array
  end
  if $icount_layout == 3
    icount-scoreboard libinsn insn.c scoreboard
  end
  if $icount_layout == 4
    icount-one libbb bb.c block-scalar insn_count
  end
  if $icount_layout == 5
    icount-struct
  end
  if $icount_layout == 6
    icount-scoreboard libbb bb.c block-scoreboard
  end
end

document icount-read
What icount does, in C. Use icount.
end

# 1: insn_count is a number, 2: inline_insn_count and counts[], 3: insn_count is a scoreboard's
# handle; of libbb 4: numbers, 5: inline_count and counts, 6: handles; 0: neither. QEMU's other
# plugins have variables of these names: only those of insn.c and bb.c count.
define icount-layout
  pipe -d @@ info variables -q -n ^\(insn_count\|inline_insn_count\|inline_count\|bb_count\|counts\|max_cpus\|do_inline\)$ @@ awk '/^File / { file = / ([^ ]*\/)?insn\.c:$/ ? "insn" : / ([^ ]*\/)?bb\.c:$/ ? "bb" : "" } /^([0-9]+:|[}])/ && / [*]?[a-z_]+(\[[0-9]+\])?;$/ { name = $NF; sub(/;$/, "", name); sub(/^[*]/, "", name); many = sub(/\[[0-9]+\]$/, "", name); has[file, name] = many ? "array" : / qemu_plugin_u64 / ? "handle" : / GPtrArray [*]/ ? "pointers" : "one" } END { if (("insn", "do_inline") in has) { if ((("insn", "inline_insn_count") in has) && has["insn", "counts"] == "array") exit 2; if (("insn", "insn_count") in has) exit has["insn", "insn_count"] == "handle" ? 3 : 1 } if (("bb", "do_inline") in has) { if ((("bb", "inline_count") in has) && (("bb", "max_cpus") in has) && has["bb", "counts"] == "pointers") exit 5; if ((("bb", "insn_count") in has) && (("bb", "bb_count") in has)) exit has["bb", "insn_count"] == "handle" ? 6 : 4 } exit 0 }'
  set $icount_layout = $_shell_exitcode
end

document icount-layout
Set $icount_layout to what is known of the plugin's variables. Use icount.
end

# icount-one PLUGIN FILE LAYOUT COUNTER
define icount-one
  if sizeof('$arg1'::$arg3) != 8
    printf "icount: $arg0's counter has %d bytes instead of 8; nothing was read\n", (int)sizeof('$arg1'::$arg3)
  else
    set $icount_total = (unsigned long long)'$arg1'::$arg3
    if '$arg1'::do_inline
      printf "$arg0, layout $arg2, inline mode: one counter for all vCPUs\n"
    else
      printf "$arg0, layout $arg2, callback mode: one counter for all vCPUs\n"
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
  set $icount_bytes = (int)sizeof('insn.c'::counts[0].insn_count)
  if $icount_bytes != 8
    printf "icount: libinsn's counters have %d bytes instead of 8; nothing was read\n", $icount_bytes
  else
    if $icount_stride == 16
      icount-array-of array-with-pc
    else
      icount-array-of array
    end
  end
end

document icount-array
Print the counters of QEMU 7.0 to 8.2. Use icount.
end

# icount-array-of LAYOUT
define icount-array-of
  if 'insn.c'::do_inline
    icount-one libinsn insn.c $arg0 inline_insn_count
  else
    printf "libinsn, layout $arg0, callback mode\n"
    icount-each
  end
end

document icount-array-of
Print them by the name of their layout. Use icount.
end

# icount-scoreboard PLUGIN FILE LAYOUT
#
# insn_count.score points to a struct that begins with a GArray *, which GLib (garray.c) has as
# { guint8 *data; guint len; guint elt_capacity; guint elt_size; ... }. The plugin's debug
# information does not have it, hence the casts.
define icount-scoreboard
  set $icount_score = (char *)'$arg1'::insn_count.score
  if $icount_score == 0
    printf "icount: $arg0 has no scoreboard yet\n"
  else
    set $icount_array = *(char **)$icount_score
    set $icount_first = *(char **)$icount_array + '$arg1'::insn_count.offset
    set $icount_slots = *(unsigned int *)($icount_array + sizeof(char *))
    set $icount_stride = *(unsigned int *)($icount_array + sizeof(char *) + 8)
    if $icount_slots > 65536 || $icount_stride < 8 || $icount_stride > 4096
      printf "icount: this is no scoreboard: %u slots of %u bytes\n", $icount_slots, $icount_stride
    else
      if '$arg1'::do_inline
        printf "$arg0, layout $arg2, inline mode\n"
      else
        printf "$arg0, layout $arg2, callback mode\n"
      end
      icount-each
    end
  end
end

document icount-scoreboard
Print the counters of QEMU 9.0 and newer. Use icount.
end

# counts is a GPtrArray { gpointer *pdata; guint len; ... } of one structure per vCPU in callback
# mode of a system; else max_cpus is 0, and inline_count is for all.
define icount-struct
  set $icount_offset = (char *)&'bb.c'::inline_count.insn_count - (char *)&'bb.c'::inline_count
  set $icount_bytes = (int)sizeof('bb.c'::inline_count.insn_count)
  if sizeof('bb.c'::inline_count) != 32 || $icount_offset != 24 || $icount_bytes != 8
    printf "icount: libbb's inline_count has %d bytes and insn_count %d at %d, instead of 32 and 8 at 24; nothing was read\n", (int)sizeof('bb.c'::inline_count), $icount_bytes, (int)$icount_offset
  else
    if 'bb.c'::do_inline || 'bb.c'::max_cpus == 0
      icount-one libbb bb.c block-struct inline_count.insn_count
    else
      icount-heap
    end
  end
end

document icount-struct
Print the counters of libbb of QEMU 5.2 to 8.2. Use icount.
end

# From one pointer to the next, by way of what it points to.
define icount-heap
  if 'bb.c'::counts == 0 || 'bb.c'::counts->len != 'bb.c'::max_cpus
    printf "icount: libbb has no counters yet\n"
  else
    printf "libbb, layout block-struct, callback mode\n"
    set $icount_pointers = (char **)'bb.c'::counts->pdata
    set $icount_sum = (unsigned long long)0
    set $icount_slot = 0
    while $icount_slot < 'bb.c'::max_cpus
      set $icount_count = *(unsigned long long *)($icount_pointers[$icount_slot] + $icount_offset)
      icount-add
      set $icount_slot = $icount_slot + 1
    end
    icount-sum
  end
end

document icount-heap
Print a counter of each vCPU that libbb has one for. Use icount.
end

# $icount_slots counters, the first at $icount_first, $icount_stride bytes from one to the next.
define icount-each
  set $icount_sum = (unsigned long long)0
  set $icount_slot = 0
  while $icount_slot < $icount_slots
    set $icount_count = *(unsigned long long *)($icount_first + $icount_slot * $icount_stride)
    icount-add
    set $icount_slot = $icount_slot + 1
  end
  icount-sum
end

document icount-each
Print one counter per vCPU, and their sum. Use icount.
end

# One that has counted nothing is left out: most are spare.
define icount-add
  if $icount_count != 0
    printf "cpu %d insns: %llu\n", $icount_slot, $icount_count
    set $icount_sum = $icount_sum + $icount_count
  end
end

document icount-add
Print one counter, and add it to the sum. Use icount.
end

define icount-sum
  set $icount_total = $icount_sum
  printf "total insns: %llu\n", $icount_total
end

document icount-sum
Print the sum. Use icount.
end

# Says which of four it is: no plugin, a file that gdb did not find, no debug information, another
# plugin. The column "Syms Read" of `info sharedlibrary` is Yes, Yes (*) or No.
define icount-absent
  pipe -d @@ info sharedlibrary @@ awk '/(insn|libbb)[^\/]*\.so/ { found = $NF; read = / Yes /; bare = / Yes \(\*\) / } END { sub(/.*\//, "", found); if (found == "") print "icount: this process has neither libinsn.so nor libbb.so loaded"; else if (!read) print "icount: gdb has not read " found "; if QEMU was given a relative path: cd to the directory in which QEMU was started, then: sharedlibrary " found; else if (bare) print "icount: " found " has no debug information; icount-gdb reads it without"; else print "icount: the variables of " found " are of no libinsn or libbb that is known" }'
end

document icount-absent
Say why there is nothing to read. Use icount.
end
