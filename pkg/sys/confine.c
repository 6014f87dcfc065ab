#define _GNU_SOURCE /* syscall */
#include "sys/sys.h"

#include <errno.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define X32_BIT 0u
#endif

/*
 * A seccomp filter: BPF over the number of each system call. Calls of another architecture, which
 * have other numbers, are refused altogether (a 64-bit program makes none), and so are x32's.
 */
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
#define REFUSE_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), REFUSE

bool siglet_sys_refuse_network(void)
{
	struct sock_filter no_network[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		REFUSE,
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		REFUSE,
#endif
		REFUSE_CALL(SYS_socket),
		REFUSE_CALL(SYS_socketpair),
		REFUSE_CALL(SYS_connect),
		REFUSE_CALL(SYS_sendto),
		REFUSE_CALL(SYS_sendmsg),
		REFUSE_CALL(SYS_io_uring_setup),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = SIGLET_COUNT(no_network), .filter = no_network };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) ==
		       0;
}

#else

bool siglet_sys_refuse_network(void)
{
	return false;
}

#endif
