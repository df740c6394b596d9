/* SPDX-License-Identifier: MIT */
/*
 * Reads ELF headers, as little of them as exec does. No number in them is trusted: tables are
 * limited as fs/binfmt_elf.c limits them (64 KiB of program headers), strings must end within the
 * buffer, and if a read comes up short the file is damaged. Headers of 32-bit files are widened to
 * the 64-bit structures when they are read. Nothing is allocated and the stack stays small, because
 * the library reads headers, too, wherever a program calls exec from.
 */
#include "socket/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
	PHDRS_MAX = 65536, /* bytes; the kernel's limit */
	NOTES_MAX = 1000,  /* notes of one segment */
	LOADER_MAX = 4096, /* PATH_MAX, bytes with the NUL */
	LOADER_NAME = 64,  /* bytes of the loader's path that are looked at, from its end */
	WINDOW_SIZE = 512, /* bytes that are read at once */
	WINDOWS = 4,
};

/* An off_t holds no more; it has 32 bits in a 32-bit library. Nothing beyond can be read. */
#define FILE_SIZE_MAX ((UINT64_C(1) << (8 * sizeof(off_t) - 1)) - 1)

struct window {
	uint64_t start;
	size_t length; /* 0: nothing has been read yet */
	char bytes[WINDOW_SIZE];
};

/* Headers are small and near each other. So are the names of sections, but at another place. */
struct elf_file {
	int fd;
	bool is_32;
	Elf64_Ehdr header; /* a 32-bit file's is widened */
	struct window windows[WINDOWS];
	size_t oldest;
};

/* Reads a window, in place of the oldest one. */
static const struct window *read_window(struct elf_file *file, uint64_t start)
{
	struct window *window = &file->windows[file->oldest];
	ssize_t count;

	file->oldest = (file->oldest + 1) % WINDOWS;
	do
		count = pread(file->fd, window->bytes, WINDOW_SIZE, (off_t)start);
	while (count < 0 && errno == EINTR);
	window->start = start;
	window->length = count > 0 ? (size_t)count : 0;
	return window;
}

/* Returns the window that holds offset, read if need be, or NULL if the file ends before it. */
static const struct window *window_at(struct elf_file *file, uint64_t offset)
{
	uint64_t start = offset - offset % WINDOW_SIZE;
	const struct window *window = NULL;

	if (offset > FILE_SIZE_MAX)
		return NULL;
	for (size_t i = 0; i < WINDOWS; i++)
		if (file->windows[i].length > 0 && file->windows[i].start == start)
			window = &file->windows[i];
	if (!window)
		window = read_window(file, start);
	return offset - start < window->length ? window : NULL;
}

static bool read_at(struct elf_file *file, void *buffer, size_t size, uint64_t offset)
{
	while (size > 0) {
		const struct window *window = window_at(file, offset);

		if (!window)
			return false;
		size_t skip = (size_t)(offset - window->start);
		size_t count = window->length - skip < size ? window->length - skip : size;

		memcpy(buffer, window->bytes + skip, count);
		buffer = (char *)buffer + count;
		size -= count;
		offset += count;
	}
	return true;
}

static bool read_header(struct elf_file *file)
{
	Elf32_Ehdr small;

	if (!file->is_32)
		return read_at(file, &file->header, sizeof(file->header), 0);
	if (!read_at(file, &small, sizeof(small), 0))
		return false;
	file->header = (Elf64_Ehdr){
		.e_type = small.e_type,
		.e_machine = small.e_machine,
		.e_phoff = small.e_phoff,
		.e_phentsize = small.e_phentsize,
		.e_phnum = small.e_phnum,
		.e_shoff = small.e_shoff,
		.e_shentsize = small.e_shentsize,
		.e_shnum = small.e_shnum,
		.e_shstrndx = small.e_shstrndx,
	};
	memcpy(file->header.e_ident, small.e_ident, EI_NIDENT);
	return true;
}

static bool read_phdr(struct elf_file *file, unsigned int index, Elf64_Phdr *ret_phdr)
{
	uint64_t offset = file->header.e_phoff + (uint64_t)index * file->header.e_phentsize;
	Elf32_Phdr small;

	if (!file->is_32)
		return read_at(file, ret_phdr, sizeof(*ret_phdr), offset);
	if (!read_at(file, &small, sizeof(small), offset))
		return false;
	*ret_phdr = (Elf64_Phdr){
		.p_type = small.p_type,
		.p_offset = small.p_offset,
		.p_filesz = small.p_filesz,
		.p_align = small.p_align,
	};
	return true;
}

static bool read_shdr(struct elf_file *file, unsigned int index, Elf64_Shdr *ret_shdr)
{
	uint64_t offset = file->header.e_shoff + (uint64_t)index * file->header.e_shentsize;
	Elf32_Shdr small;

	if (!file->is_32)
		return read_at(file, ret_shdr, sizeof(*ret_shdr), offset);
	if (!read_at(file, &small, sizeof(small), offset))
		return false;
	*ret_shdr = (Elf64_Shdr){.sh_name = small.sh_name, .sh_offset = small.sh_offset};
	return true;
}

/* Our own header, which the linker provides: what we are is native. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static enum elf_kind judge_abi(const struct elf_file *file)
{
	const ElfW(Ehdr) *own = &__ehdr_start;
	Elf64_Half machine = file->header.e_machine;

	if (machine == own->e_machine && file->header.e_ident[EI_CLASS] == own->e_ident[EI_CLASS])
		return ELF_GLIBC;
	if (own->e_machine == EM_X86_64 && file->is_32 && machine == EM_386)
		return ELF_GLIBC_SMALL;
	return ELF_FOREIGN; /* also x32, which is 32-bit and EM_X86_64 */
}

/*
 * Reads the loader's path as elf_interpreter in fs/binfmt_elf.c does: it must end in NUL. Of a long
 * path only the end is read, because a program's stack may be small.
 */
static enum elf_kind judge_loader(struct elf_file *file, const Elf64_Phdr *phdr, enum elf_kind abi)
{
	char end[LOADER_NAME + 1] = "/";
	uint64_t size = phdr->p_filesz;
	size_t part = size < LOADER_NAME ? (size_t)size : LOADER_NAME;

	if (size < 2 || size > LOADER_MAX ||
	    !read_at(file, end + 1, part, phdr->p_offset + size - part) || end[part] != '\0')
		return ELF_DAMAGED;
	const char *name = strrchr(end, '/') + 1;
	/* ld-linux-x86-64.so.2, ld-linux.so.2, ld64.so.2 (ppc64), ld64.so.1 (s390x), ld.so.1 */
	if (strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld64.so", 7) == 0 ||
	    strcmp(name, "ld.so.1") == 0)
		return abi;
	return ELF_OTHER_LIBC;
}

/* Go's linker leaves a note named "Go" with the build id. */
static bool notes_tell_go(struct elf_file *file, const Elf64_Phdr *phdr)
{
	uint64_t align = phdr->p_align == 8 ? 8 : 4;
	uint64_t offset = 0;
	struct {
		Elf64_Nhdr header; /* the same in 32 and 64 bits */
		char name[4];
	} note;

	for (unsigned int i = 0; i < NOTES_MAX && offset + sizeof(note) <= phdr->p_filesz; i++) {
		if (!read_at(file, &note, sizeof(note), phdr->p_offset + offset))
			return false;
		if (note.header.n_namesz == 4 && memcmp(note.name, "Go\0", 4) == 0)
			return true;
		/*
		 * The 64-bit sums of 32-bit sizes cannot overflow while they stay in the segment.
		 */
		offset += sizeof(note.header);
		offset = (offset + note.header.n_namesz + align - 1) & ~(align - 1);
		offset = (offset + note.header.n_descsz + align - 1) & ~(align - 1);
	}
	return false;
}

static bool is_go_section(struct elf_file *file, uint64_t offset)
{
	static const char *const names[] = {".go.buildinfo", ".note.go.buildid"};
	char name[32] = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size = strlen(names[i]) + 1;

		if (read_at(file, name, size, offset) && memcmp(name, names[i], size) == 0)
			return true;
	}
	return false;
}

/* exec does not need sections, so a stripped file may have none, and then they tell nothing. */
static bool sections_tell_go(struct elf_file *file)
{
	const Elf64_Ehdr *header = &file->header;
	size_t entry_size = file->is_32 ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);
	Elf64_Shdr names, section;

	if (!header->e_shoff || header->e_shentsize != entry_size ||
	    header->e_shstrndx >= header->e_shnum || !read_shdr(file, header->e_shstrndx, &names))
		return false;
	for (unsigned int i = 0; i < header->e_shnum; i++)
		if (read_shdr(file, i, &section) &&
		    is_go_section(file, names.sh_offset + section.sh_name))
			return true;
	return false;
}

static enum elf_kind judge_segments(struct elf_file *file, enum elf_kind abi)
{
	size_t entry_size = file->is_32 ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
	unsigned int count = file->header.e_phnum;
	enum elf_kind kind = ELF_STATIC;
	bool is_go = false;

	if (file->header.e_phentsize != entry_size || count == 0 || count * entry_size > PHDRS_MAX)
		return ELF_DAMAGED;
	for (unsigned int i = 0; i < count; i++) {
		Elf64_Phdr phdr;

		if (!read_phdr(file, i, &phdr))
			return ELF_DAMAGED;
		if (phdr.p_type == PT_INTERP && kind == ELF_STATIC) /* the kernel takes the first */
			kind = judge_loader(file, &phdr, abi);
		else if (phdr.p_type == PT_NOTE)
			is_go = is_go || notes_tell_go(file, &phdr);
	}
	if (kind != ELF_DAMAGED && (is_go || sections_tell_go(file)))
		return ELF_GO;
	return kind;
}

enum elf_kind elf_judge(int fd)
{
	struct elf_file file = {.fd = fd};
	unsigned char ident[EI_NIDENT];

	if (!read_at(&file, ident, SELFMAG, 0) || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return ELF_NOT;
	if (!read_at(&file, ident, sizeof(ident), 0))
		return ELF_DAMAGED;
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return ELF_DAMAGED;
	if (ident[EI_DATA] !=
	    (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB))
		return ELF_FOREIGN;
	file.is_32 = ident[EI_CLASS] == ELFCLASS32;
	if (!read_header(&file))
		return ELF_DAMAGED;
	enum elf_kind abi = judge_abi(&file);
	if (abi == ELF_FOREIGN)
		return ELF_FOREIGN;
	if (file.header.e_type != ET_EXEC && file.header.e_type != ET_DYN)
		return ELF_DAMAGED;
	return judge_segments(&file, abi);
}
