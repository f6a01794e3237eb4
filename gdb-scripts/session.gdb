# Settings of the gdb session that icount-gdb keeps, read by gdb as it starts (gdb -x).
# Each keeps gdb from stopping the guest, from running anything that lies beside the guest's
# files, or from talking in a way that is hard to parse. See "How it works" in README.md.

# Answers and questions: nobody is there to press a key.
set pagination off
set confirm off
set width 0
# GDB 18 puts escape sequences into the text of errors, even for MI.
set style enabled off
set print inferior-events off

# All-stop with mi-async is the one mode in which every gdb from 10 to 18 goes on after `attach&`
# and reads memory while the guest runs (non-stop in GDB 10 leaves the thread stopped).
set non-stop off
set mi-async on

# Nothing that comes with the guest's files is run: no libinsn.so-gdb.py, no .debug_gdb_scripts,
# no .gdbinit, no libthread_db from the guest's directories.
set auto-load no

# QEMU's own symbols are never read: that would freeze the guest for up to seconds.
set auto-solib-add off
set exec-file-mismatch off

# No guessing of an operating system ABI from libinsn.so.
set osabi none

# A signal is the guest's business: pass it on, never stop for it. `all` leaves out SIGINT and
# SIGTRAP, which gdb uses itself (GDB manual, "Signals").
handle all nostop noprint pass
handle SIGINT nostop noprint pass
handle SIGTRAP nostop noprint pass
# But a guest that is stopped by its owner shall stop: gdb then reports it and we step aside.
handle SIGSTOP stop print pass
handle SIGTSTP stop print pass
handle SIGTTIN stop print pass
handle SIGTTOU stop print pass

# All that is needed is set: the session looks for this before it goes on.
set $icount_gdb_session = 1

# What an older gdb does not know comes last, since gdb leaves a script at its first error.
# GDB 10 has no debuginfod; later ones must not go to the network for a debug file.
set debuginfod enabled off
