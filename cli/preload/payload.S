/* SPDX-License-Identifier: MIT */
/*
 * Embeds the preload libraries, so that the executable alone is a whole installation. CMake gives
 * their paths, and has this file assembled again when a library changes.
 */
	.section .rodata
	.balign 16
	.globl payload_library, payload_library_end
	.globl payload_library_32, payload_library_32_end
	.hidden payload_library, payload_library_end
	.hidden payload_library_32, payload_library_32_end

payload_library:
	.incbin BINDTO_PAYLOAD
payload_library_end:

payload_library_32:
#ifdef BINDTO_PAYLOAD_32
	.incbin BINDTO_PAYLOAD_32
#endif
payload_library_32_end:

	.section .note.GNU-stack, "", %progbits
