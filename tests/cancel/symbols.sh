#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	symbols.sh LIBRARY
#
# No call of ksync is a cancellation point: a thread that ended in one would
# stay in queues and keep locks. So the library refers to no function of libc
# that is one, by POSIX or by glibc's and musl's manuals; what blocks or writes
# is a system call by syscall(), or listed here with the reason why not.
set -u

# Those that it calls all the same, and why that is none: a line "name: reason".
exceptions='
urcu_memb_synchronize_rcu: between ksync__cancel_off() and _restore()
urcu_bp_synchronize_rcu: the same
pthread_join: the same
'

# POSIX.1-2017, 2.9.5.2: those that shall be, then those that may be and that a
# library like this one could come to use; then liburcu's, which call poll().
points='
accept accept4 aio_suspend clock_nanosleep close connect creat creat64
epoll_wait epoll_pwait fcntl fcntl64 fdatasync fsync getrandom lockf lockf64
mq_receive mq_send mq_timedreceive mq_timedsend msgrcv msgsnd msync nanosleep
open open64 openat openat64 pause poll ppoll pread pread64 preadv preadv2
pselect pthread_cond_clockwait pthread_cond_timedwait pthread_cond_wait
pthread_join pthread_testcancel pthread_timedjoin_np pthread_tryjoin_np
pthread_clockjoin_np putmsg putpmsg pwrite pwrite64 pwritev pwritev2 read readv
recv recvfrom recvmmsg recvmsg select sem_clockwait sem_timedwait sem_wait send
sendfile sendmmsg sendmsg sendto sigpause sigsuspend sigtimedwait sigwait
sigwaitinfo sleep splice sync_file_range system tcdrain tee thrd_join
thrd_sleep cnd_wait cnd_timedwait usleep vmsplice wait wait3 wait4 waitid
waitpid write writev

closelog dlopen dlmopen dlclose dprintf fclose fdopen fflush fgets fopen fopen64
fprintf fputc fputs fread freopen fscanf fseek fwrite getc getchar getdelim
getline getaddrinfo getpwnam opendir openlog perror popen printf
pthread_rwlock_rdlock pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock
pthread_rwlock_wrlock putc puts putchar readdir scandir syslog tmpfile ungetc
vdprintf vfprintf vprintf vsyslog

urcu_memb_synchronize_rcu urcu_bp_synchronize_rcu urcu_memb_barrier urcu_bp_barrier
'

used=$(mktemp)
trap 'rm -f "$used"' EXIT
case $1 in
*.a) nm --undefined-only "$1" ;;
*) nm -D --undefined-only "$1" ;;
esac | sed -n 's/.* [Uvw] //p' |
	sed 's/@.*//; s/^__//; s/_chk$//; s/_time64$//' | sort -u >"$used"
if ! grep -qx syscall "$used"; then
	echo "FAILED: $1 uses no syscall(): nothing was looked at"
	exit 1
fi
failed=0
for name in $points; do
	grep -qx "$name" "$used" || continue
	echo "$exceptions" | grep "^$name: " && continue
	echo "FAILED: $1 uses $name(), which is a cancellation point"
	failed=1
done
[ $failed -ne 0 ] || echo "ok: $(wc -l <"$used") names, no cancellation point"
exit $failed
