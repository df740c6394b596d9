/* SPDX-License-Identifier: MIT */
/*
 * gate_page is what gate.c maps at GATE_ADDRESS. Only whole pages of a file can be mapped. The rest
 * of this page is filled with instructions that end the program (SIGTRAP or SIGILL), because the
 * address is no secret and anybody can jump to any byte of it.
 *
 * The section is not marked executable, so that the linker puts it behind .rodata: the space before
 * a whole page is then of use to both code and constants. All of them are in one executable segment
 * (-z noseparate-code in CMakeLists.txt).
 *
 * sys_raw() is described in socket/sys_raw.h. It moves its arguments to where the kernel expects
 * them and jumps to gate_at, which returns to sys_raw()'s caller. Until the gate is open, gate_at
 * is the library's own copy of the instructions, which the filter traps like any other call.
 */
#include "socket/gate_place.h"

	.section .gate, "a", %progbits
	.balign 4096
	.globl gate_page
	.hidden gate_page
gate_page:
#if defined(__x86_64__)
	syscall
	ret
#elif defined(__i386__)
	int $0x80
	ret
#elif defined(__aarch64__)
	svc #0
	ret
#endif
	.balign GATE_SIGNATURE_AT
	.asciz GATE_SIGNATURE
#if defined(__aarch64__)
	.balign 4096, 0
#else
	.balign 4096, 0xcc
#endif

	.data
	.balign 8
	.globl gate_at
	.hidden gate_at
gate_at:
#if defined(__i386__)
	.long gate_page
#else
	.quad gate_page
#endif

	.text
	.balign 16
	.globl sys_raw
	.hidden sys_raw
	.type sys_raw, %function
sys_raw:
	.cfi_startproc
#if defined(__x86_64__)
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	jmp *gate_at(%rip)
#elif defined(__i386__)
	pushl %ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebp, 0
	pushl %ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	pushl %esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %esi, 0
	pushl %edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %edi, 0
	call 1f
1:	popl %eax
	movl gate_at - 1b(%eax), %eax
	pushl %eax
	.cfi_adjust_cfa_offset 4
	movl 24(%esp), %eax
	movl 28(%esp), %ebx
	movl 32(%esp), %ecx
	movl 36(%esp), %edx
	movl 40(%esp), %esi
	movl 44(%esp), %edi
	movl 48(%esp), %ebp
	call *(%esp)
	addl $4, %esp
	.cfi_adjust_cfa_offset -4
	popl %edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %edi
	popl %esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %esi
	popl %ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	popl %ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebp
	ret
#elif defined(__aarch64__)
	mov x8, x0
	mov x0, x1
	mov x1, x2
	mov x2, x3
	mov x3, x4
	mov x4, x5
	mov x5, x6
	adrp x16, gate_at
	ldr x16, [x16, :lo12:gate_at]
	br x16
#endif
	.cfi_endproc
	.size sys_raw, . - sys_raw

	.section .note.GNU-stack, "", %progbits
