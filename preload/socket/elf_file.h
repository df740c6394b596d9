/* SPDX-License-Identifier: MIT */
/* What an ELF file is, as far as it decides whether a preload library gets into it. */
#ifndef BINDTO_ELF_FILE_H
#define BINDTO_ELF_FILE_H

#include <stdbool.h>

enum elf_kind {
	ELF_NOT,         /* no ELF file */
	ELF_DAMAGED,     /* its headers contradict themselves, or the file ends before they do */
	ELF_FOREIGN,     /* another machine or ABI */
	ELF_STATIC,      /* no dynamic loader */
	ELF_OTHER_LIBC,  /* a loader that is not glibc's */
	ELF_GO,          /* the Go runtime, which makes system calls without libc */
	ELF_GLIBC,       /* dynamic, glibc, this machine's ABI */
	ELF_GLIBC_SMALL, /* dynamic, glibc, the machine's 32-bit ABI (i386) */
};

/* Judges an open file; reads it with pread(2), every offset checked. */
enum elf_kind elf_judge(int fd);

#endif
