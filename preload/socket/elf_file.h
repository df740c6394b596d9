/* SPDX-License-Identifier: MIT */
/* Tells what kind of ELF file a program is: that decides whether a library gets into it. */
#ifndef BINDTO_ELF_FILE_H
#define BINDTO_ELF_FILE_H

#include <stdbool.h>

enum elf_kind {
	ELF_NOT,         /* no ELF file */
	ELF_DAMAGED,     /* its headers contradict themselves, or it ends within them */
	ELF_FOREIGN,     /* for another machine or ABI */
	ELF_STATIC,      /* without a dynamic loader */
	ELF_OTHER_LIBC,  /* with a loader that is not glibc's */
	ELF_GO,          /* with the Go runtime, which makes system calls without libc */
	ELF_GLIBC,       /* with glibc's loader, for this machine's ABI */
	ELF_GLIBC_SMALL, /* with glibc's loader, for the machine's 32-bit ABI (i386) */
};

/* Judges an open file. It reads with pread(2), and checks every offset. */
enum elf_kind elf_judge(int fd);

#endif
