/* SPDX-License-Identifier: MIT */
/*
 * Maps the gate from the library's own file and leads the library's calls through it.
 *
 * The gate stays shut if another library comes after this one that hooks the same functions (a
 * sanitizer's runtime, torsocks): the library could not call that one and go through the gate. It
 * also stays shut in a process that nobody may look into. The supervisor makes that one's sockets,
 * in a way that suits it (pin_on_sealed_socket()).
 *
 * Even if the gate is mapped, its calls may be trapped: valgrind makes a program's system calls
 * from an address of its own, and the filter of an outer bindto's --strict knows no gate. So the
 * library asks the supervisor (GATE_QUESTION).
 */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "readable.h"
#include "real.h"
#include "socket/gate_place.h"
#include "socket/outer.h"
#include "socket/sys.h"
#include "socket/sys_raw.h"

enum { PAGE_SIZE = 4096 };

/* From gate.S. */
extern const unsigned char gate_page[];
extern const unsigned char *gate_at;

/* glibc's __libc_single_threaded (2.32): true if the process certainly has one thread. */
static const char *single_threaded;

/*
 * pthread_testcancel(3); NULL without libpthread (before glibc 2.34), and so without cancellation.
 */
static void (*test_cancel)(void);

/* enum real begins with the functions that the filter traps. This is the last of them. */
#define LAST_TRAPPED REAL_setsockopt

/*
 * Under --view=pin, libc's own functions, which the filter traps. The supervisor carries out what
 * the program does to a netlink socket.
 */
static bool views;
static void *trapped[LAST_TRAPPED + 1];

static bool is_netlink(const void *address, socklen_t length)
{
	sa_family_t family;
	if (!views || length < sizeof(family) || !is_readable(address, sizeof(family)))
		return false;
	memcpy(&family, address, sizeof(family));
	return family == AF_NETLINK;
}

#define TRAPPED(name) ((__typeof__(&(name)))trapped[REAL_##name])

static long result(long r)
{
	if (r >= 0)
		return r;
	errno = (int)-r;
	return -1;
}

/*
 * Makes a call that may wait, in which the thread can be cancelled. libc's own cancellation points
 * worked like this until glibc 2.41. A thread that is cancelled while it waits in the gate runs its
 * handlers of pthread_cleanup_push(3), but no C++ destructors, because the unwinder knows nothing
 * of the gate's page.
 */
static long wait_for(long number, long a, long b, long c, long d, long e, long f)
{
	int type;
	/*
	 * A single thread can only have cancelled itself, so a test before the call is enough. Its
	 * type must stay, because a signal handler may leave the call by siglongjmp(3).
	 */
	if (single_threaded && *single_threaded) {
		if (test_cancel)
			test_cancel();
		return result(sys_raw(number, a, b, c, d, e, f));
	}
	(void)pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type); /* a valid type */
	long r = sys_raw(number, a, b, c, d, e, f);
	(void)pthread_setcanceltype(type, NULL); /* the type from before */
	return result(r);
}

static int gate_socket(int domain, int type, int protocol)
{
	if (views && domain == AF_NETLINK)
		return TRAPPED(socket)(domain, type, protocol);
	return (int)result(sys_socket(domain, type, protocol));
}

static int gate_bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	long at = (long)address.__sockaddr__;
	if (is_netlink(address.__sockaddr__, length))
		return TRAPPED(bind)(fd, address, length);
	return (int)result(sys_raw(SYS_bind, fd, at, (long)length, 0, 0, 0));
}

static int gate_listen(int fd, int backlog)
{
	return (int)result(sys_raw(SYS_listen, fd, backlog, 0, 0, 0, 0));
}

static int gate_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	long at = (long)address.__sockaddr__;
	if (is_netlink(address.__sockaddr__, length))
		return TRAPPED(connect)(fd, address, length);
	return (int)wait_for(SYS_connect, fd, at, (long)length, 0, 0, 0);
}

static ssize_t gate_sendto(int fd, const void *data, size_t size, int flags,
			   __CONST_SOCKADDR_ARG address, socklen_t length)
{
	long at = (long)address.__sockaddr__;
	if (is_netlink(address.__sockaddr__, length))
		return TRAPPED(sendto)(fd, data, size, flags, address, length);
	return wait_for(SYS_sendto, fd, (long)data, (long)size, flags, at, (long)length);
}

static ssize_t gate_sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (views && is_readable(message, sizeof(*message)) &&
	    is_netlink(message->msg_name, message->msg_namelen))
		return TRAPPED(sendmsg)(fd, message, flags);
	return wait_for(SYS_sendmsg, fd, (long)message, flags, 0, 0, 0);
}

static int gate_sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags)
{
	return (int)wait_for(SYS_sendmmsg, fd, (long)vector, (long)count, flags, 0, 0);
}

static int gate_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	if (views && level == SOL_NETLINK)
		return TRAPPED(setsockopt)(fd, level, name, value, length);
	return (int)result(sys_setsockopt(fd, level, name, value, length));
}

static bool is_libc(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	/* Before glibc 2.34, libpthread has some of these functions as well. */
	return strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libpthread.so", 13) == 0;
}

static bool has_address(const struct dl_phdr_info *object, uintptr_t address)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		if (part->p_type == PT_LOAD &&
		    address - object->dlpi_addr - part->p_vaddr < part->p_memsz)
			return true;
	}
	return false;
}

static int count_functions(struct dl_phdr_info *object, size_t size, void *context)
{
	unsigned int *count = context;
	(void)size;
	if (!is_libc(object->dlpi_name))
		return 0;
	for (enum real index = 0; index <= LAST_TRAPPED; index++)
		if (has_address(object, (uintptr_t)real_at(index)))
			++*count;
	return 0;
}

/* Are the real functions libc's own, and not hooks of another library? */
static bool are_real_functions_libcs(void)
{
	unsigned int count = 0;
	(void)dl_iterate_phdr(count_functions, &count); /* the result is the function's */
	return count == LAST_TRAPPED + 1;
}

static bool has_signature(const unsigned char *page)
{
	const unsigned char *at = page + GATE_SIGNATURE_AT;
	return is_readable(at, sizeof(GATE_SIGNATURE)) &&
	       memcmp(at, GATE_SIGNATURE, sizeof(GATE_SIGNATURE)) == 0;
}

/* Returns the gate's page, or NULL. Another thread may have mapped it just before. */
static const unsigned char *map(void)
{
	Dl_info own;
	if (!real_own(&own))
		return NULL;
	int fd = sys_open(own.dli_fname, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	off_t offset = gate_page - (const unsigned char *)own.dli_fbase;
	const unsigned char *wanted = (const unsigned char *)GATE_ADDRESS;
	const unsigned char *page = mmap((void *)wanted, PAGE_SIZE, PROT_READ | PROT_EXEC,
					 MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, offset);
	sys_close(fd);
	if (page != wanted && page != MAP_FAILED)
		(void)munmap((void *)page, PAGE_SIZE); /* Linux before 4.17 ignores the flag */
	return has_signature(wanted) ? wanted : NULL;
}

static bool is_allowed(void)
{
	/*
	 * If nobody may look into a process, root owns its files in /proc, and not even the process
	 * itself can open this one. prctl(2) would tell as well, but a sandbox may forbid it.
	 */
	int fd = sys_open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	sys_close(fd);
	return are_real_functions_libcs();
}

static void lead_through(bool has_view)
{
	for (enum real index = 0; index <= LAST_TRAPPED; index++)
		trapped[index] = real_at(index);
	single_threaded = real_next("__libc_single_threaded");
	*(void **)&test_cancel = real_next("pthread_testcancel");
	views = has_view;
	real_replace(REAL_socket, (void *)gate_socket);
	real_replace(REAL_bind, (void *)gate_bind);
	real_replace(REAL_listen, (void *)gate_listen);
	real_replace(REAL_connect, (void *)gate_connect);
	real_replace(REAL_sendto, (void *)gate_sendto);
	real_replace(REAL_sendmsg, (void *)gate_sendmsg);
	real_replace(REAL_sendmmsg, (void *)gate_sendmmsg);
	real_replace(REAL_setsockopt, (void *)gate_setsockopt);
}

bool gate_open(bool has_view)
{
	int saved = errno;
	const unsigned char *page = is_allowed() ? map() : NULL;
	if (page)
		gate_at = page;
	bool is_pinning = outer_ask() == OUTER_NONE;
	if (!is_pinning)
		gate_at = gate_page;
	else if (page)
		lead_through(has_view);
	errno = saved;
	return is_pinning;
}
