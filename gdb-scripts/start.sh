#!/bin/sh
# Becomes gdb, given as a command with its arguments, and leaves a guardian beside it.
#
# gdb ignores SIGPIPE: else, if icount-gdb is killed while gdb attaches, gdb's next write ends it and
# leaves the guest stopped (3 of 60, seen with Debian's gdb-minimal; a gdb with Python ignores the
# signal by itself). Node can't start a child like that.
#
# The guardian outlives icount-gdb and gdb. To attach and to detach, gdb sends the guest's thread a
# SIGSTOP and takes it back; of a frozen guest the signal stays pending, and if gdb is killed then, it
# would stop the guest at the thaw, for good. SIGCONT takes it back (prepare_signal in the kernel's
# kernel/signal.c, also while frozen), as it does one that was taken and not yet acted upon (ptrace_signal).
# As long as icount-gdb lives it sees to that itself, and tells on descriptor 4 what gdb is about,
# `attaching PID TID` or `attached PID TID`, `stopped PID TID` while the guest's owner has it so, and `over`
# if gdb ended first: of an attached guest nothing is left behind then. When it is gone, the descriptor
# ends, and gdb begins to detach.
#
# A shell's statuses tell a gdb that is not there (127) from one that can't be run (126).
trap '' PIPE

# The fields of one thread's status; none when it is gone.
look() {
    state='' tracer='' pending=0
    while read -r name value _; do
        case $name in
        State:) state=$value ;;
        TracerPid:) tracer=$value ;;
        # Its last five digits: a shell may have signed numbers.
        SigPnd:) pending=$((0x${value#???????????} & 0x40000)) ;;
        esac
    done 2>/dev/null <"/proc/$pid/task/$tid/status"
}

guard() {
    while read -r word next_pid next_tid; do
        case $word in
        over) [ "${phase-}" = attaching ] || phase=stopped ;;
        *) phase=$word pid=$next_pid tid=$next_tid ;;
        esac
    done <&4
    [ -n "${pid-}" ] || return
    # The link of a zombie leads nowhere.
    while [ -e "/proc/$gdb/exe" ]; do sleep 0.1; done
    resume
    # gdb forks a child to find out what ptrace can do, which is stopped for ever if gdb is killed then.
    kill -KILL "-$gdb"
}

resume() {
    patience=300
    while look; do
        if [ "$tracer" != 0 ]; then
            # Who is about to end lets go of it last. Another's guest is not ours to look after.
            patience=$((patience - 1))
            [ "$patience" -gt 0 ] && [ ! -e "/proc/$tracer/exe" ] || return
            sleep 0.01
            continue
        fi
        case $phase$state in
        stopped[TD]) return ;;
        # D: who is frozen by a cgroup v1 looks so, and may have taken the signal.
        *[TD]) pending=1 ;;
        esac
        if [ "$pending" != 0 ]; then
            kill -CONT "$pid"
            return
        fi
        # Whoever runs may be about to take the signal.
        case $state in
        [Rt]) sleep 0.05 ;;
        *) return ;;
        esac
    done
}

if [ "$1" = --guard ]; then
    gdb=$2
    guard
    exit
fi
# No child of gdb's, which waits for all that it has; and in a session of its own (setsid of util-linux
# or busybox), as icount-gdb ends gdb's whole process group when gdb has ended.
if command -v setsid >/dev/null; then session=setsid; else session=''; fi
($session /bin/sh "$0" --guard $$ >/dev/null 2>&1 </dev/null &)
exec "$@" 4<&-
