/* SPDX-License-Identifier: MIT */
/* The keys of the pin's text, which codec.c writes and decode.c reads. */
#ifndef BINDTO_CODEC_TABLE_H
#define BINDTO_CODEC_TABLE_H

/* Raise it when the text's meaning changes, so that an older library refuses and does not guess. */
#define PIN_VERSION "1"

/* How a value is written, which also tells the type of its member in struct pin. */
enum form {
	FORM_SOURCE_V4,
	FORM_SOURCE_V6,
	FORM_INTERFACE, /* several members */
	FORM_SOURCE,    /* a member of a pool of addresses, a key for each */
	FORM_UPLINK,    /* the same of interfaces */
	FORM_PICK,
	FORM_PORTS,   /* several members */
	FORM_EXCLUDE, /* a key for each prefix of REACH_EXCLUDED */
	FORM_ONLY,    /* a key for each prefix of REACH_REMOTE */
	FORM_FLAG,
	FORM_NUMBER,
	FORM_LOOK,
	FORM_PATH,
	FORM_NAME,
};

struct codec_row {
	char key[sizeof("launcher")];
	unsigned char form;
	unsigned short offset; /* of the member in struct pin */
};

enum { CODEC_ROWS = 21 };
extern const struct codec_row CODEC_TABLE[CODEC_ROWS];

#endif
